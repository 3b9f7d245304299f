"""Endpoints and batch transform of a model that the built-in XGBoost algorithm trained."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.aws_images.conftest import BUCKET, IMAGE, ROLE, Xgboost, rows
from tests.engine.services.sagemaker.support import eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html")
_CDF = "docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html"


@pytest.fixture(scope="module")
def trained(xgboost: Xgboost) -> dict[str, Any]:
    """A binary classifier of two numbers."""
    uri = xgboost.put("serving/train/a.csv", rows(400, 3)).rpartition("/")[0]
    job = xgboost.train({"num_round": "20", "objective": "binary:logistic", "max_depth": "3"}, {"train": uri})
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    return job


def model_of(xgboost: Xgboost, trained: dict[str, Any], *, image: str = IMAGE, **environment: str) -> str:
    """A model of the artefact; its name."""
    name = f"model-{uuid.uuid4().hex[:8]}"
    url = trained["ModelArtifacts"]["S3ModelArtifacts"]
    container = {"Image": image, "ModelDataUrl": url, "Environment": environment}
    xgboost.client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    return name


def in_service(xgboost: Xgboost, model: str) -> str:
    """An endpoint of the model; its name."""
    variant = {"VariantName": "one", "ModelName": model, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    xgboost.client.create_endpoint_config(EndpointConfigName=model, ProductionVariants=[variant])
    xgboost.client.create_endpoint(EndpointName=model, EndpointConfigName=model)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = xgboost.client.describe_endpoint(EndpointName=model)
        if found["EndpointStatus"] in {"InService", "Failed"}:
            assert found["EndpointStatus"] == "InService", found.get("FailureReason")
            return model
        time.sleep(0.1)
    return pytest.fail(f"{model} is not in service")


@pytest.fixture(scope="module")
def endpoint(xgboost: Xgboost, trained: dict[str, Any]) -> Iterator[str]:
    """One endpoint in service."""
    name = in_service(xgboost, model_of(xgboost, trained))
    yield name
    xgboost.client.delete_endpoint(EndpointName=name)


def invoke(xgboost: Xgboost, endpoint: str, body: str, content_type: str = "text/csv", **more: Any) -> Any:
    """The answer's type and text."""
    runtime = xgboost.engine.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType=content_type, **more)
    return answer["ContentType"], answer["Body"].read().decode()


def test_csv_is_answered_by_numbers_between_commas(xgboost: Xgboost, endpoint: str) -> None:
    kind, text = invoke(xgboost, endpoint, "0.9,0.9\n0.1,0.1\n0.9,\n")
    high, low, _ = (float(number) for number in text.split(","))
    assert kind == "text/csv"
    assert high > 0.9
    assert low < 0.1


def test_the_endpoints_log_says_what_it_is(xgboost: Xgboost, endpoint: str) -> None:
    def said(line: str) -> bool:
        group = f"/aws/sagemaker/Endpoints/{endpoint}"
        found = xgboost.engine.client("logs").filter_log_events(logGroupName=group)["events"]
        return any(line in event["message"] for event in found)

    assert eventually(lambda: said("[sagemaker] this is a local stand-in of sagemaker-xgboost:3.0-5, xgboost 3.2.0"))
    assert eventually(lambda: said("Model loaded: binary:logistic, 2 features"))


@pytest.mark.specification(_CDF)
def test_json_is_answered_when_it_is_asked_for(xgboost: Xgboost, endpoint: str) -> None:
    kind, text = invoke(xgboost, endpoint, "0.9,0.9\n0.1,0.1", Accept="application/json")
    assert kind == "application/json"
    assert [set(item) for item in json.loads(text)["predictions"]] == [{"score"}, {"score"}]


def test_libsvm_is_the_same_row(xgboost: Xgboost, endpoint: str) -> None:
    _, csv = invoke(xgboost, endpoint, "0.7,0.8")
    for line in ("0:0.7 1:0.8", "1 0:0.7 1:0.8"):
        assert invoke(xgboost, endpoint, line, "text/libsvm")[1] == csv


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "said"),
    [
        ("1,2,3,4", "text/csv", "text/csv", 400, "Feature size of csv inference data 4 is not consistent"),
        ("0:1 1:2 2:3 3:4", "text/libsvm", "text/csv", 400, "Feature size of libsvm inference data 4 is larger"),
        ("a,b", "text/csv", "text/csv", 415, "please ensure data is in csv format"),
        ("{}", "application/json", "text/csv", 415, "application/json is not an accepted ContentType"),
        ("x", "application/x-parquet", "text/csv", 415, "Content-type application/x-parquet is not supported"),
        ("x", "application/x-recordio-protobuf", "text/csv", 415, "is not executed by this engine's stand-in"),
        ("1,2", "text/csv", "image/png", 406, "Accept type image/png is not supported"),
    ],
)
def test_a_request_that_cannot_be_answered_is_a_model_error(
    xgboost: Xgboost, endpoint: str, body: str, content_type: str, accept: str, status: int, said: str
) -> None:
    with pytest.raises(ClientError) as refused:
        invoke(xgboost, endpoint, body, content_type, Accept=accept)
    assert refused.value.response["Error"]["Code"] == "ModelError"
    assert refused.value.response["OriginalStatusCode"] == status
    assert said in refused.value.response["OriginalMessage"]


@pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html"
)
def test_the_environment_selects_what_is_answered(xgboost: Xgboost, trained: dict[str, Any]) -> None:
    selected = "predicted_label, probability,probabilities,labels"
    name = in_service(xgboost, model_of(xgboost, trained, SAGEMAKER_INFERENCE_OUTPUT=selected))
    try:
        _, text = invoke(xgboost, name, "0.9,0.9", Accept="application/json")
        [row] = json.loads(text)["predictions"]
        assert row["predicted_label"] == 1
        assert row["labels"] == [0, 1]
        assert row["probabilities"] == pytest.approx([1 - row["probability"], row["probability"]])
        _, line = invoke(xgboost, name, "0.1,0.1")
        assert line.startswith("0,0.0")
    finally:
        xgboost.client.delete_endpoint(EndpointName=name)


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html")
def test_a_batch_transform_job_answers_line_by_line(xgboost: Xgboost, trained: dict[str, Any]) -> None:
    name = model_of(xgboost, trained)
    uri = xgboost.put(f"transform/{name}/rows.csv", "0.9,0.9\n0.1,0.1\n0.8,0.9\n")
    xgboost.client.create_transform_job(
        TransformJobName=name,
        ModelName=name,
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/transformed/{name}", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    deadline = time.monotonic() + 120
    while (job := xgboost.client.describe_transform_job(TransformJobName=name))["TransformJobStatus"] == "InProgress":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert job["TransformJobStatus"] == "Completed", job.get("FailureReason")
    [(_, body)] = xgboost.objects(f"s3://{BUCKET}/transformed/{name}/").items()
    high, low, other = (float(line) for line in body.decode().split())
    assert min(high, other) > 0.8 > 0.2 > low


def test_a_model_without_files_does_not_come_into_service(xgboost: Xgboost) -> None:
    name = f"empty-{uuid.uuid4().hex[:8]}"
    xgboost.client.create_model(ModelName=name, PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=ROLE)
    with pytest.raises(AssertionError, match="did not pass the ping health check"):
        in_service(xgboost, name)
