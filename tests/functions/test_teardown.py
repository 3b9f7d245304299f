"""functions/teardown: the order of the removal, what it waits for, and that CloudFormation always gets an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

EVENT = {
    "RequestType": "Delete",
    "ResponseURL": "https://bucket.s3.amazonaws.com/answer",
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "Teardown",
    "PhysicalResourceId": "shop",
}
MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:shop-training"


class Account:
    """Stacks, runs and packages in memory, and the order in which they went."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.stacks = dict.fromkeys(("shop-production", "shop-test", "shop-training"), "CREATE_COMPLETE")
        self.looks_until_gone = 2
        self.stuck: str | None = None

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName not in self.stacks:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        outputs = {"StateMachineArn": MACHINE, "ModelPackageGroupName": "shop"}
        answer = {
            "StackStatus": self.stacks[StackName],
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
        }
        self._go_on(StackName)
        return {"Stacks": [answer]}

    def _go_on(self, stack: str) -> None:
        if self.stacks[stack] != "DELETE_IN_PROGRESS":
            return
        self.looks_until_gone -= 1
        if stack == self.stuck:
            self.stacks[stack] = "DELETE_FAILED"
        elif self.looks_until_gone <= 0:
            del self.stacks[stack]

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803
        self.done.append(f"delete {StackName}")
        self.stacks[StackName] = "DELETE_IN_PROGRESS"

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        event = {"LogicalResourceId": "Endpoint", "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "in use"}
        return {"StackEvents": [event, {"LogicalResourceId": "Role", "ResourceStatus": "DELETE_COMPLETE"}]}

    def get_paginator(self, operation: str) -> Any:
        # Another install's has a name that contains this one's.
        direct = ["shop-direct", "my-shop-direct"] if self.stacks else []
        pages: dict[str, Any] = {
            "list_pipeline_executions": {
                "pipelineExecutionSummaries": [
                    {"pipelineExecutionId": "1", "status": "InProgress"},
                    {"pipelineExecutionId": "0", "status": "Succeeded"},
                ]
            },
            "list_executions": {"executions": [{"executionArn": "execution"}]},
            "list_endpoints": {"Endpoints": [{"EndpointName": name, "EndpointStatus": "InService"} for name in direct]},
            "list_endpoint_configs": {"EndpointConfigs": [{"EndpointConfigName": f"{name}-1"} for name in direct]},
            "list_models": {"Models": [{"ModelName": f"{name}-1"} for name in direct]},
            "list_model_packages": {"ModelPackageSummaryList": [{"ModelPackageArn": "package/1"}]},
        }
        return SimpleNamespace(paginate=lambda **_: [pages[operation]])

    def stop_pipeline_execution(self, **request: Any) -> None:
        assert request["abandon"] is True
        self.done.append(f"stop run {request['pipelineExecutionId']}")

    def stop_execution(self, **request: Any) -> None:
        self.done.append(f"stop {request['executionArn']}")

    def delete_endpoint(self, *, EndpointName: str) -> None:  # noqa: N803
        self.done.append(f"delete endpoint {EndpointName}")

    def delete_endpoint_config(self, *, EndpointConfigName: str) -> None:  # noqa: N803
        self.done.append(f"delete config {EndpointConfigName}")

    def delete_model(self, *, ModelName: str) -> None:  # noqa: N803
        self.done.append(f"delete model {ModelName}")

    def delete_model_package(self, *, ModelPackageName: str) -> None:  # noqa: N803
        self.done.append(f"delete {ModelPackageName}")

    def invoke(self, **request: Any) -> None:
        self.done.append(f"invoke {request['FunctionName']} {request['InvocationType']}")


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def teardown(load: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch, account: Account) -> ModuleType:
    module = load(
        "teardown",
        PIPELINE="shop",
        PRODUCTION_STACK="shop-production",
        TEST_STACK="shop-test",
        TRAINING_STACK="shop-training",
    )
    for client in ("CLOUDFORMATION", "CODEPIPELINE", "LAMBDA", "SAGEMAKER", "STEP_FUNCTIONS"):
        monkeypatch.setattr(module, client, account)
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LOOKS", 0)
    answers: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "HTTP", SimpleNamespace(send=lambda request: answers.append(json.loads(request.body))))
    monkeypatch.setattr(module, "answers", answers, raising=False)
    return module


def context(milliseconds: int = 900_000) -> SimpleNamespace:
    return SimpleNamespace(invoked_function_arn="function", get_remaining_time_in_millis=lambda: milliseconds)


def test_what_serves_goes_before_what_trains_and_the_group_is_emptied(teardown: ModuleType, account: Account) -> None:
    teardown.handler(EVENT, context())
    assert account.done == [
        "stop run 1",
        "stop execution",
        "delete endpoint shop-direct",
        "delete config shop-direct-1",
        "delete model shop-direct-1",
        "delete shop-production",
        "delete shop-test",
        "delete package/1",
        "delete shop-training",
    ]
    assert account.stacks == {}
    assert [answer["Status"] for answer in teardown.answers] == ["SUCCESS"]


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_nothing_is_removed_on_create_and_update(teardown: ModuleType, account: Account, request_type: str) -> None:
    teardown.handler({**EVENT, "RequestType": request_type}, context())
    assert account.done == []
    assert teardown.answers[0] == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": "shop",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Teardown",
    }


def test_nothing_is_left_to_do_when_the_pipeline_never_deployed(teardown: ModuleType, account: Account) -> None:
    account.stacks = {}
    teardown.handler(EVENT, context())
    assert account.done == ["stop run 1"]
    assert teardown.answers[0]["Status"] == "SUCCESS"


def test_a_stack_that_is_being_deployed_is_waited_for(teardown: ModuleType, account: Account) -> None:
    account.stacks["shop-test"] = "UPDATE_IN_PROGRESS"
    with pytest.raises(teardown.TimeIsUp):
        teardown.begin_deletion("shop-test", context(milliseconds=1))
    assert account.done == []


def test_before_its_time_is_up_the_function_hands_the_request_on_and_does_not_answer(
    teardown: ModuleType, account: Account
) -> None:
    account.looks_until_gone = 1000
    teardown.handler(EVENT, context(milliseconds=1))
    assert account.done[-1] == "invoke function Event"
    assert teardown.answers == []


def test_a_stack_that_cannot_be_deleted_fails_with_the_reasons_of_its_resources(
    teardown: ModuleType, account: Account
) -> None:
    account.stuck = "shop-production"
    teardown.handler(EVENT, context())
    assert teardown.answers[0]["Status"] == "FAILED"
    assert teardown.answers[0]["Reason"] == "DeletionFailed: shop-production cannot be deleted: Endpoint: in use"
