"""What stands between a model and its registration: the threshold, and a live endpoint that must answer as measured."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from workflow.run import Document, Run, StepFailed, when

# Of the held-out rows, as many as a live endpoint is asked for; its accuracy may differ by this from Evaluate's.
LIVE_ROWS, LIVE_TOLERANCE = 1000, 0.05


class GateClosed(Exception):
    """The model is below the threshold, which is no fault of the workflow's."""


def gate(run: Run) -> None:
    """Stop here, without an error, for a model that is below the threshold: whoever watches the run says so."""
    metric, threshold = run.properties["Metric"], float(run.properties["evaluation_threshold"])
    measured = float(run.read(run.below("evaluate/evaluation.json"))["metrics"][metric])
    better = measured >= threshold if run.properties["Direction"] == "maximize" else measured <= threshold
    print(f"{metric} is {measured}, the threshold {threshold}")
    if not better:
        raise GateClosed


def check(run: Run) -> None:
    """Ask a live endpoint of the candidate for held-out rows; it is removed whatever it answers."""
    name, sagemaker = run.properties["endpoint_name"], run.sagemaker
    containers = run.arguments("Register")["InferenceSpecification"]["Containers"]
    instance = run.read(run.below("execution.json"))["config"]["serving"]["test"]["instanceType"]
    variant = {"VariantName": "default", "ModelName": name, "InstanceType": instance, "InitialInstanceCount": 1}
    tags = [{"Key": "Pipeline", "Value": run.properties["Prefix"]}]
    try:
        sagemaker.create_model(
            ModelName=name, Containers=containers, ExecutionRoleArn=run.properties["JobRoleArn"], Tags=tags
        )
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], Tags=tags)
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)
        described = when(lambda: _in_service(sagemaker.describe_endpoint(EndpointName=name)))
        if described["EndpointStatus"] != "InService":
            raise StepFailed(described.get("FailureReason", described["EndpointStatus"]))
        _compare(run, name)
    finally:
        remove(sagemaker, name)


def _in_service(described: Document) -> Document | None:
    return None if described["EndpointStatus"] == "Creating" else described


def _compare(run: Run, endpoint: str) -> None:
    """The endpoint's accuracy beside that of Evaluate, which scored the same rows without an endpoint."""
    dataset = run.read(run.below("execution.json"))["config"]["dataset"]
    columns = [column["name"] for column in dataset["columns"] if column["type"] != "id"]
    # Spark leaves a piece for each file of the table, each with a header.
    pieces = run.texts(run.below("prepare/holdout/"))
    rows = [row for piece in pieces for row in csv.DictReader(io.StringIO(piece, newline=""))][:LIVE_ROWS]
    body = json.dumps({"instances": [{name: row[name] for name in columns} for row in rows]}).encode()
    answer = boto3.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=body
    )
    labels = [one["label"] for one in json.loads(answer["Body"].read())["predictions"]]
    pairs = zip(labels, rows)  # noqa: B905 - Python 3.9 has no strict
    right = sum(label == row[dataset["target"]].strip() for label, row in pairs) / len(rows)
    expected = float(run.read(run.below("evaluate/evaluation.json"))["metrics"]["accuracy"])
    run.put(live_accuracy=str(right))
    print(f"the endpoint is right about {right:.4f} of {len(rows)} rows; Evaluate measured {expected:.4f}")
    if len(labels) != len(rows) or abs(right - expected) > LIVE_TOLERANCE:
        raise StepFailed(f"the endpoint is right about {right:.4f} of the rows, Evaluate said {expected:.4f}")


def remove(sagemaker: Any, name: str) -> None:
    """Delete the endpoint, its configuration and its model, as far as there are any."""
    for what in ("endpoint", "endpoint_config", "model"):
        member = f"{what.title().replace('_', '')}Name"
        try:
            getattr(sagemaker, f"delete_{what}")(**{member: name})
        except ClientError as error:
            print(f"{what} {name}: {error}")
