"""functions/reject: the package of a rejected run is Rejected, unless production runs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from botocore.stub import Stubber

PACKAGE = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/shop/3"
EVENT = {"detail": {"pipeline": "shop", "execution-id": "11111111-2222-3333-4444-555555555555", "action": "Approve"}}
OUTCOME = {"actionName": "Outcome", "output": {"outputVariables": {"ModelPackageArn": PACKAGE}}}
APPROVE = {
    "actionName": "Approve",
    "output": {"executionResult": {"externalExecutionSummary": "Too many false alarms"}},
}


@pytest.fixture
def reject(load: Callable[..., ModuleType]) -> ModuleType:
    return load("reject", CHAMPION_PARAMETER="/shop/production/champion")


@pytest.fixture
def aws(reject: ModuleType) -> Iterator[dict[str, Stubber]]:
    clients = {name: Stubber(getattr(reject, name)) for name in ("CODEPIPELINE", "SAGEMAKER", "SSM")}
    for stubber in clients.values():
        stubber.activate()
    yield clients
    for stubber in clients.values():
        stubber.deactivate()
        stubber.assert_no_pending_responses()


def test_the_package_is_rejected_with_the_reviewers_words(reject: ModuleType, aws: dict[str, Stubber]) -> None:
    actions = {"actionExecutionDetails": [APPROVE, OUTCOME]}
    aws["CODEPIPELINE"].add_response("list_action_executions", actions)
    aws["SSM"].add_client_error("get_parameter", "ParameterNotFound")
    expected = {
        "ModelPackageArn": PACKAGE,
        "ModelApprovalStatus": "Rejected",
        "ApprovalDescription": "Too many false alarms",
    }
    aws["SAGEMAKER"].add_response("update_model_package", {"ModelPackageArn": PACKAGE}, expected)
    reject.handler(EVENT, None)


def test_a_reused_package_that_production_runs_stays_approved(reject: ModuleType, aws: dict[str, Stubber]) -> None:
    actions = {"actionExecutionDetails": [APPROVE, OUTCOME]}
    aws["CODEPIPELINE"].add_response("list_action_executions", actions)
    champion = {"Parameter": {"Value": json.dumps({"modelPackageArn": PACKAGE})}}
    aws["SSM"].add_response("get_parameter", champion)
    reject.handler(EVENT, None)


def test_a_run_without_an_outcome_is_an_error_that_names_it(reject: ModuleType) -> None:
    actions: list[dict[str, Any]] = [APPROVE]
    with pytest.raises(reject.OutcomeMissing, match="no action of run 7 has the output variable ModelPackageArn"):
        reject.package_of(actions, "7")


def test_an_approval_without_words_says_that_it_was_rejected_or_expired(reject: ModuleType) -> None:
    assert reject.reason([{"actionName": "Approve"}], "Approve") == "Approve was rejected or expired"
