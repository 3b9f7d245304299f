"""functions/outcome: what Train found, as variables of the pipeline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from botocore.stub import Stubber

from tests.cf import templates

EXECUTION = "arn:aws:states:eu-west-1:111122223333:execution:shop-training:1"
RESULT: dict[str, Any] = {
    "trainingKey": "0" * 32,
    "commit": "c0ffee" * 6,
    "dataVersion": "0123456789abcdef",
    "run": "s3://artifacts/runs/1",
    "modelDataUrl": "s3://artifacts/model.tar.gz",
    "modelPackageArn": "arn:aws:sagemaker:eu-west-1:111122223333:model-package/shop/2",
    "metric": "roc_auc",
    "metrics": {"roc_auc": 0.93, "f1": 0.8},
    "championPackageArn": "-",
    "championMetrics": None,
    "reportUri": "s3://artifacts/runs/1/report.html",
    "reused": False,
}
EVENT = {
    "CodePipeline.job": {
        "id": "11111111-2222-3333-4444-555555555555",
        "data": {"actionConfiguration": {"configuration": {"UserParameters": json.dumps({"executionArn": EXECUTION})}}},
    }
}


@pytest.fixture
def outcome(load: Callable[..., ModuleType]) -> ModuleType:
    return load("outcome", ARTIFACT_BUCKET="artifacts", KEY_ARN="key")


@pytest.fixture
def aws(outcome: ModuleType) -> Iterator[dict[str, Stubber]]:
    clients = {
        "states": outcome.STEP_FUNCTIONS,
        "codepipeline": outcome.CODEPIPELINE,
        "sagemaker": outcome.SAGEMAKER,
        "s3": outcome.S3,
    }
    with ExitStack() as stack:
        stubs = {name: stack.enter_context(Stubber(client)) for name, client in clients.items()}
        yield stubs
        for stub in stubs.values():
            stub.assert_no_pending_responses()


def describe(aws: dict[str, Stubber], status: str = "SUCCEEDED", result: dict[str, Any] | None = None) -> None:
    answer: dict[str, Any] = {
        "executionArn": EXECUTION,
        "stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:shop-training",
        "status": status,
        "startDate": datetime(2026, 1, 1, tzinfo=UTC),
        "input": json.dumps({"config": {"deploy": {"mode": "endpoint"}}}),
    }
    if result:
        answer["output"] = json.dumps(result)
    aws["states"].add_response("describe_execution", answer, {"executionArn": EXECUTION})


def package(aws: dict[str, Stubber], containers: list[dict[str, Any]]) -> None:
    answer = {
        "ModelPackageName": "shop",
        "ModelPackageArn": RESULT["modelPackageArn"],
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": {"Containers": containers},
    }
    aws["sagemaker"].add_response("describe_model_package", answer, {"ModelPackageName": RESULT["modelPackageArn"]})


def template(containers: list[dict[str, Any]]) -> str:
    """The template of the model, as it is expected to be kept."""
    document = json.loads(templates.MODEL.read_text("utf-8"))
    document["Resources"]["Model"]["Properties"]["Containers"] = containers
    return json.dumps(document, indent=1)


def kept(aws: dict[str, Stubber], containers: list[dict[str, Any]]) -> None:
    expected = {
        "Bucket": "artifacts",
        "Key": "models/shop/2.json",
        "Body": template(containers).encode(),
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "key",
    }
    aws["s3"].add_response("put_object", {}, expected)


def test_a_models_template_has_the_containers_of_its_package(outcome: ModuleType, aws: dict[str, Stubber]) -> None:
    encoder = {"Image": "jobs@sha256:1", "ModelDataUrl": "s3://b/encoder.tar.gz", "Environment": {"SERVE": "encode"}}
    package(aws, [{**encoder, "ImageDigest": "sha256:1"}, {"Image": "xgboost", "ModelDataUrl": "s3://b/model.tar.gz"}])
    kept(aws, [encoder, {"Image": "xgboost", "ModelDataUrl": "s3://b/model.tar.gz"}])
    execution = {"config": {"deploy": {"mode": "serverless"}}}
    assert outcome.model_template(RESULT["modelPackageArn"], execution) == "models/shop/2.json"


def test_the_output_becomes_variables(outcome: ModuleType, aws: dict[str, Stubber]) -> None:
    describe(aws, result=RESULT)
    package(aws, [{"Image": "i", "ModelDataUrl": "s3://b/model.tar.gz"}])
    kept(aws, [{"Image": "i", "ModelDataUrl": "s3://b/model.tar.gz"}])
    expected = {
        "jobId": EVENT["CodePipeline.job"]["id"],
        "outputVariables": {
            "Run": "s3://artifacts/runs/1",
            "ModelTemplate": "models/shop/2.json",
            "ModelDataUrl": RESULT["modelDataUrl"],
            "ModelPackageArn": RESULT["modelPackageArn"],
            "Metric": "roc_auc",
            "Metrics": "roc_auc 0.9300, f1 0.8000",
            "Champion": "-",
            "ChampionMetrics": "-",
            "ReportUrl": "https://eu-west-1.console.aws.amazon.com/s3/object/artifacts"
            "?region=eu-west-1&prefix=runs/1/report.html",
            "Summary": "roc_auc 0.9300, no champion yet. Candidate: roc_auc 0.9300, f1 0.8000. "
            "Commit c0ffeec0ffee, data 0123456789abcdef, trained.",
        },
    }
    aws["codepipeline"].add_response("put_job_success_result", {}, expected)
    outcome.handler(EVENT, None)


def test_the_summary_puts_the_champion_beside_the_candidate(outcome: ModuleType) -> None:
    champion = {"roc_auc": 0.91, "f1": 0.79}
    summary = outcome.summary({**RESULT, "championMetrics": champion, "reused": True})
    assert summary.startswith("roc_auc 0.9300, 0.9100 of the champion. Candidate:")
    assert "Champion: roc_auc 0.9100, f1 0.7900." in summary
    assert summary.endswith("reused.")


def test_a_champion_that_these_rows_cannot_measure_is_not_called_missing(outcome: ModuleType) -> None:
    summary = outcome.summary({**RESULT, "championPackageArn": "arn:aws:sagemaker:us-east-1:1:model-package/p/1"})
    assert summary.startswith("roc_auc 0.9300, the champion cannot be measured on these rows. Candidate:")


def test_a_summary_fits_in_an_approval_with_builds_notice(outcome: ModuleType) -> None:
    metrics = {f"metric_{number}": 0.5 for number in range(100)}
    variables = outcome.outcome({**RESULT, "metric": "metric_1", "metrics": metrics})
    assert len(variables["Summary"]) == 600


def test_no_variable_is_empty(outcome: ModuleType) -> None:
    assert all(outcome.outcome(RESULT).values())


def test_an_execution_without_output_fails_the_job_with_a_sentence(
    outcome: ModuleType, aws: dict[str, Stubber]
) -> None:
    describe(aws, status="RUNNING")
    expected = {
        "jobId": EVENT["CodePipeline.job"]["id"],
        "failureDetails": {
            "type": "JobFailed",
            "message": f"OutputMissing: expected {EXECUTION} to have SUCCEEDED, found RUNNING",
        },
    }
    aws["codepipeline"].add_response("put_job_failure_result", {}, expected)
    outcome.handler(EVENT, None)


def test_a_denied_call_fails_the_job_instead_of_leaving_it_hanging(
    outcome: ModuleType, aws: dict[str, Stubber]
) -> None:
    aws["states"].add_client_error("describe_execution", "AccessDeniedException", "no")
    aws["codepipeline"].add_response("put_job_failure_result", {})
    outcome.handler(EVENT, None)
