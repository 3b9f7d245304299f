"""The steps of training as Python shell jobs of a Glue workflow: `--steps Prepare`, then all the others.

What each step asks of SageMaker is in the definition that a SageMaker pipeline would have (`cf/training.pipeline.json`,
filled in by Build); its parameters are the properties of the workflow's run, and so are the results. boto3 only, and
Python 3.9, which is what Python shell jobs have:
https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
https://docs.aws.amazon.com/glue/latest/dg/workflow-run-properties-code.html
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

Document = dict[str, Any]
# Of what a job may fail that is no fault of its own, and what SageMaker answers when there is no instance left.
TRIED_AGAIN = ("CapacityError", "InternalServerError", "ResourceLimitExceeded")
ATTEMPTS = 4
FIRST_PAUSE, LAST_PAUSE, BACKOFF = 1.0, 30.0, 60.0
# Of the held-out rows, as many as a live endpoint is asked for; its accuracy may differ by this from Evaluate's.
LIVE_ROWS, LIVE_TOLERANCE = 1000, 0.05
_TYPES: dict[str, Callable[[str], Any]] = {"String": str, "Integer": int, "Float": float}


class StepFailed(Exception):
    """A step failed; the reason is kept in the run's properties, for whoever watches the run."""


class GateClosed(Exception):
    """The model is below the threshold, which is no fault of the workflow's."""


class Run:
    """A run of the workflow: its properties, the definition, and what its steps have told of themselves."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._key = {"Name": options.WORKFLOW_NAME, "RunId": options.WORKFLOW_RUN_ID}
        self._glue, self._s3 = boto3.client("glue"), boto3.client("s3")
        self.sagemaker: Any = boto3.client("sagemaker")
        self.properties: Document = self._glue.get_workflow_run_properties(**self._key)["RunProperties"]
        self.definition = self.read(options.definition)
        self._types = {one["Name"]: _TYPES[one["Type"]] for one in self.definition["Parameters"]}
        self.steps = {step["Name"]: step for step in self.definition["Steps"]}
        self.steps.update({step["Name"]: step for step in self.steps["Gate"]["Arguments"]["IfSteps"]})
        self._told: dict[str, Document] = {}

    def put(self, **properties: str) -> None:
        """Tell something of the run."""
        self._glue.put_workflow_run_properties(**self._key, RunProperties=properties)

    def text(self, uri: str) -> str:
        """An object of S3."""
        bucket, _, key = uri[len("s3://") :].partition("/")
        content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content.decode()

    def read(self, uri: str) -> Document:
        """A JSON document of S3."""
        document: Document = json.loads(self.text(uri))
        return document

    def texts(self, uri: str) -> list[str]:
        """The objects below an address of S3, in the order of their names."""
        bucket, _, prefix = uri[len("s3://") :].partition("/")
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [self.text(f"s3://{bucket}/{one['Key']}") for page in pages for one in page.get("Contents", [])]

    def below(self, path: str) -> str:
        """An address below the run's folder."""
        return f"{self.properties['Run']}/{path}"

    def arguments(self, name: str) -> Document:
        """What a step asks for, with the values of this run."""
        asked: Document = self.resolve(self.steps[name]["Arguments"])
        return asked

    def resolve(self, value: Any) -> Any:
        """A value of the definition, which may be an expression."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._get(value["Get"].split("."))
        if set(value) == {"Std:Join"}:
            return value["Std:Join"]["On"].join(str(self.resolve(item)) for item in value["Std:Join"]["Values"])
        if set(value) == {"Std:JsonGet"}:
            return _at(self.read(self.below("evaluate/evaluation.json")), value["Std:JsonGet"]["Path"].split("."))
        return {name: self.resolve(item) for name, item in value.items()}

    def _get(self, path: list[str]) -> Any:
        root, name, *rest = path
        if root == "Parameters":
            return self._types[name](self.properties[name])
        return _at(self._told[name], rest)

    def job(self, name: str, kind: str) -> None:
        """Run a step that is a job of SageMaker's; one that found no instance is tried again under another name."""
        arguments = self.arguments(name)
        for attempt in range(1, ATTEMPTS + 1):
            job_name = f"{self.properties['Prefix']}-{name.lower()}-{self.properties['job']}-{attempt}"
            try:
                self._told[name] = self._tried(name, kind, {f"{kind.title()}JobName": job_name, **arguments})
            except (StepFailed, ClientError) as error:
                if attempt == ATTEMPTS or not any(known in str(error) for known in TRIED_AGAIN):
                    raise
                time.sleep(BACKOFF * 2**attempt)
            else:
                return

    def _tried(self, name: str, kind: str, request: Document) -> Document:
        made = getattr(self.sagemaker, f"create_{kind}_job")(**request)
        self.put(**{f"{name.lower()}_job": made[f"{kind.title()}JobArn"]})
        described = self._ended(kind, request[f"{kind.title()}JobName"])
        if described[f"{kind.title()}JobStatus"] != "Completed":
            raise StepFailed(_reason(described))
        return described

    def _ended(self, kind: str, job_name: str) -> Document:
        describe = getattr(self.sagemaker, f"describe_{kind}_job")

        def look() -> Document | None:
            found: Document = describe(**{f"{kind.title()}JobName": job_name})
            return None if found[f"{kind.title()}JobStatus"] in ("InProgress", "Stopping") else found

        return _when(look)


def _at(document: Any, path: list[str]) -> Any:
    for part in path:
        document = document[part]
    return document


def _when(look: Callable[[], Document | None]) -> Document:
    pause = FIRST_PAUSE
    while True:
        found = look()
        if found is not None:
            return found
        time.sleep(pause)
        pause = min(pause * 1.5, LAST_PAUSE)


def _reason(described: Document) -> str:
    reason, message = described.get("FailureReason", "it was stopped"), described.get("ExitMessage", "")
    return reason if message in reason else f"{reason} {message}"


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
        described = _when(lambda: _in_service(sagemaker.describe_endpoint(EndpointName=name)))
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


def register(run: Run) -> None:
    """Register the model's package, and tell it and its model."""
    made = run.sagemaker.create_model_package(ClientToken=run.properties["job"], **run.arguments("Register"))
    model = run.resolve({"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"})
    run.put(model_package_arn=made["ModelPackageArn"], model_data_url=model)


STEPS: dict[str, Callable[[Run], None]] = {
    "Prepare": lambda run: run.job("Prepare", "processing"),
    "Train": lambda run: run.job("Train", "training"),
    "Evaluate": lambda run: run.job("Evaluate", "processing"),
    "Gate": gate,
    "Check": check,
    "Register": register,
}


def main(words: list[str]) -> None:
    """Do the steps that this job is for."""
    parser = argparse.ArgumentParser()
    for option in ("steps", "definition", "WORKFLOW_NAME", "WORKFLOW_RUN_ID"):
        parser.add_argument(f"--{option}", required=True)
    options, _ = parser.parse_known_args(words)
    run = Run(options)
    for name in options.steps.split(","):
        print(name)
        try:
            STEPS[name](run)
        except GateClosed:
            return
        except (StepFailed, ClientError) as error:
            run.put(failed_step=name, failure=str(error))
            raise


if __name__ == "__main__":
    main(sys.argv[1:])
