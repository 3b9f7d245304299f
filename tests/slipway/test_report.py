from __future__ import annotations

import json
from typing import Any

import pytest
from rich.console import Console

from slipway import report
from slipway.errors import NotFound
from slipway.report import Evaluation
from tests.slipway.samples import action, at, run
from tests.slipway.stubs import Aws

ARN = "arn:aws:states:us-east-1:111122223333:execution:churn-training:1"
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
        report.of(Aws().install(), run(training))


def test_the_candidate_stands_beside_the_champion() -> None:
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(Evaluation(OUTCOME).table())
    rows = [line.split() for line in captured.get().splitlines()]
    assert rows == [["metric", "candidate", "champion"], ["roc_auc", "0.9123", "0.9000"], ["f1", "0.5000", "-"]]
