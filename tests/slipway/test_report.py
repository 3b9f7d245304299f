from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest
from botocore.response import StreamingBody
from rich.console import Console

from slipway import report
from slipway.errors import NotFound
from slipway.report import Evaluation
from tests.slipway.samples import action, at, run
from tests.slipway.stubs import Aws

ARN = "arn:aws:states:us-east-1:111122223333:execution:churn-training:1"
PACKAGE = "arn:aws:sagemaker:us-east-1:111122223333:model-package/churn"
OUTCOME: dict[str, Any] = {"metrics": {"roc_auc": 0.91234, "f1": 0.5}, "championMetrics": {"roc_auc": 0.9}}


def test_the_evaluation_is_what_the_state_machine_put_out(aws: Aws) -> None:
    told = {
        "executionArn": ARN,
        "stateMachineArn": ARN,
        "status": "SUCCEEDED",
        "startDate": at(0),
        "output": json.dumps(OUTCOME),
    }
    aws.answer("stepfunctions.describe_execution", told, {"executionArn": ARN})
    found = report.of(aws.install(), run(action("Train/Train", provider="StepFunctions", external_id=ARN)))
    assert found.metrics == OUTCOME["metrics"]


def test_a_run_that_has_not_trained_has_no_evaluation_yet() -> None:
    training = action("Train/Train", "InProgress", provider="StepFunctions", external_id=ARN)
    with pytest.raises(NotFound, match=r"run 1b28d30d has no evaluation yet.*`slipway watch 1b28d30d` follows it"):
        report.of(Aws().install(), run(training, status="InProgress"))


def test_a_run_that_failed_before_its_evaluation_says_where_the_reason_is() -> None:
    training = action("Train/Train", "Failed", provider="StepFunctions", external_id=ARN, error="exit code: 137")
    with pytest.raises(NotFound, match=r"run 1b28d30d evaluated no model; `slipway logs --run 1b28d30d` says why"):
        report.of(Aws().install(), run(training, status="Failed"))


def test_of_a_candidate_that_the_gate_refused_the_evaluation_is_what_evaluate_left(aws: Aws) -> None:
    told = json.dumps({"metrics": {"roc_auc": 0.7}, "champion": {"metrics": {"roc_auc": 0.9}}}).encode()
    answer = {"Body": StreamingBody(io.BytesIO(told), len(told))}
    aws.answer("s3.get_object", answer, {"Bucket": "b", "Key": "runs/1/evaluate/evaluation.json"})
    gate = "Gate: roc_auc is 0.7; it must be at least 0.8. Report: s3://b/runs/1/evaluate/report.html"
    training = action("Train/Train", "Failed", provider="StepFunctions", external_id=ARN, error=gate)
    found = report.of(aws.install(), run(training, status="Failed"))
    assert (found.metrics, found.champion) == ({"roc_auc": 0.7}, {"roc_auc": 0.9})
    assert found.outcome["reportUri"] == "s3://b/runs/1/evaluate/report.html"


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ({"modelPackageArn": f"{PACKAGE}/3"}, "version 3 of model package group churn"),
        (
            {"modelPackageArn": f"{PACKAGE}/3", "reused": True},
            "version 3 of model package group churn, the model of an earlier run",
        ),
        ({}, "a candidate below the gate, of which there is no model package"),
    ],
)
def test_it_says_which_model_package_it_is_of(outcome: dict[str, Any], told: str) -> None:
    assert Evaluation(outcome).package() == told


def test_the_candidate_stands_beside_the_champion() -> None:
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(Evaluation(OUTCOME).table())
    rows = [line.split() for line in captured.get().splitlines()]
    assert rows == [["metric", "candidate", "champion"], ["roc_auc", "0.9123", "0.9000"], ["f1", "0.5000", "-"]]


PACKAGE = "arn:aws:sagemaker:us-east-1:111122223333:model-package/churn/1"
REGISTERED = Evaluation({"modelPackageArn": PACKAGE})


def registered(aws: Aws, files: dict[str, str]) -> None:
    """A package whose archive holds these files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    containers = [{"Image": "jobs", "ModelDataUrl": "s3://artifacts/models/1/model.tar.gz"}]
    told = {
        "ModelPackageName": "churn",
        "ModelPackageArn": PACKAGE,
        "CreationTime": at(0),
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": {"Containers": containers},
    }
    aws.answer("sagemaker.describe_model_package", told, {"ModelPackageName": PACKAGE})
    body = StreamingBody(io.BytesIO(target.getvalue()), len(target.getvalue()))
    aws.answer("s3.get_object", {"Body": body}, {"Bucket": "artifacts", "Key": "models/1/model.tar.gz"})


def test_the_columns_shares_are_read_from_beside_the_model(aws: Aws) -> None:
    registered(aws, {"model.json": json.dumps({"importance": {"calls": 0.75, "plan": 0.25}})})
    assert report.importance(aws.install(), REGISTERED) == {"calls": 0.75, "plan": 0.25}


def test_a_model_that_says_nothing_of_its_columns_is_told_by_its_place(aws: Aws) -> None:
    registered(aws, {"predictor.pkl": "x"})
    with pytest.raises(NotFound, match=r"s3://artifacts/models/1/model\.tar\.gz holds no model\.json; the report"):
        report.importance(aws.install(), REGISTERED)


def test_a_candidate_that_was_not_registered_has_no_shares() -> None:
    with pytest.raises(NotFound, match="registered no model: its candidate did not pass the gate"):
        report.importance(Aws().install(), Evaluation({"metrics": {}}))
