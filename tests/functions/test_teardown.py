"""functions/teardown: the order of the removal, what it waits for, and that CloudFormation always gets an answer."""

from __future__ import annotations

import json
import sys
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
JOB = "shop-train-0000000000000000-1"
MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:shop-training"


class Account:
    """Stacks, runs and packages in memory, and the order in which they went."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.stacks = dict.fromkeys(("shop-production", "shop-test", "shop-training"), "CREATE_COMPLETE")
        self.looks_until_gone = 2
        self.stuck: str | None = None
        self.executing: dict[str, str] = {}
        self.workflow_runs: dict[str, str] = {}
        self.jobs = dict.fromkeys((JOB, "shop-train-prepare-0000000000000000-1", "shop-train-mine"), "InProgress")
        self.known = True
        self.tags: list[dict[str, str]] = []
        self.group = True
        self.retained: list[str] = []

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

    def delete_stack(self, *, StackName: str, RetainResources: list[str] | None = None) -> None:  # noqa: N803
        self.done.append(f"delete {StackName}")
        self.retained += RetainResources or []
        if RetainResources:
            assert self.stacks[StackName] == "DELETE_FAILED"
            self.stuck = None
        self.stacks[StackName] = "DELETE_IN_PROGRESS"

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        event = {"LogicalResourceId": "Endpoint", "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "in use"}
        return {"StackEvents": [event, {"LogicalResourceId": "Role", "ResourceStatus": "DELETE_COMPLETE"}]}

    def get_paginator(self, operation: str) -> Any:
        def paginate(**request: Any) -> list[dict[str, Any]]:
            if operation == "list_pipeline_executions" and "PipelineName" in request:
                return [{"PipelineExecutionSummaries": self._look()}]
            if operation == "list_training_jobs":
                return [{"TrainingJobSummaries": self._trainings(request["StatusEquals"])}]
            return [self._pages(request.get("NameContains", ""))[operation]]

        return SimpleNamespace(paginate=paginate)

    def _trainings(self, status: str) -> list[dict[str, str]]:
        """The training jobs of a status, and one look later those that are being stopped have ended."""
        found = [{"TrainingJobName": name} for name, current in self.jobs.items() if current == status]
        ended = {"Stopping": "Stopped"} if status == "Stopping" else {}
        self.jobs = {name: ended.get(current, current) for name, current in self.jobs.items()}
        return found

    def _look(self) -> list[dict[str, str]]:
        """The SageMaker pipeline's executions, and one look later those that are being stopped have ended."""
        if not self.known:
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "none"}}, "ListPipelineExecutions")
        found = [
            {"PipelineExecutionArn": arn, "PipelineExecutionStatus": status} for arn, status in self.executing.items()
        ]
        ended = {"Stopping": "Stopped"}
        self.executing = {arn: ended.get(status, status) for arn, status in self.executing.items()}
        return found

    def _pages(self, part: str) -> dict[str, Any]:
        ids = f"-{'0' * 16}"
        # Another install's has a name that contains this one's.
        names = {
            "shop-direct": ["shop-direct-1", "my-shop-direct-1"],
            "shop-check-": [f"shop-check{ids}", "shop-check-x"],
        }
        made = names.get(part, []) if self.stacks else []
        endpoints = ["shop-direct", "my-shop-direct"] if part == "shop-direct" and self.stacks else made
        return {
            "list_pipeline_executions": {
                "pipelineExecutionSummaries": [
                    {"pipelineExecutionId": "1", "status": "InProgress"},
                    {"pipelineExecutionId": "0", "status": "Succeeded"},
                ]
            },
            "list_executions": {"executions": [{"executionArn": "execution"}]},
            "list_processing_jobs": {"ProcessingJobSummaries": []},
            "list_endpoints": {
                "Endpoints": [{"EndpointName": name, "EndpointStatus": "InService"} for name in endpoints]
            },
            "list_endpoint_configs": {"EndpointConfigs": [{"EndpointConfigName": name} for name in made]},
            "list_models": {"Models": [{"ModelName": name} for name in made]},
            "list_tags": {"Tags": self.tags},
            "list_model_packages": {"ModelPackageSummaryList": [{"ModelPackageArn": "package/1"}]},
        }

    def stop_pipeline_execution(self, **request: Any) -> None:
        if "PipelineExecutionArn" in request:
            assert len(request["ClientRequestToken"]) >= 32
            self.executing[request["PipelineExecutionArn"]] = "Stopping"
            self.done.append(f"stop {request['PipelineExecutionArn']}")
            return
        assert request["abandon"] is True
        self.done.append(f"stop run {request['pipelineExecutionId']}")

    def get_workflow_runs(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        if not self.known:
            raise ClientError({"Error": {"Code": "EntityNotFoundException", "Message": Name}}, "GetWorkflowRuns")
        found = [{"WorkflowRunId": run, "Status": status} for run, status in self.workflow_runs.items()]
        ended = {"STOPPING": "STOPPED"}
        self.workflow_runs = {run: ended.get(status, status) for run, status in self.workflow_runs.items()}
        return {"Runs": found}

    def stop_workflow_run(self, *, Name: str, RunId: str) -> None:  # noqa: N803
        self.workflow_runs[RunId] = "STOPPING"
        self.done.append(f"stop {Name} {RunId}")

    def stop_training_job(self, *, TrainingJobName: str) -> None:  # noqa: N803
        if self.jobs[TrainingJobName] != "InProgress":
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "ended"}}, "StopTrainingJob")
        self.jobs[TrainingJobName] = "Stopping"
        self.done.append(f"stop job {TrainingJobName}")

    def stop_execution(self, **request: Any) -> None:
        self.done.append(f"stop {request['executionArn']}")

    def delete_endpoint(self, *, EndpointName: str) -> None:  # noqa: N803
        self.done.append(f"delete endpoint {EndpointName}")

    def delete_endpoint_config(self, *, EndpointConfigName: str) -> None:  # noqa: N803
        self.done.append(f"delete config {EndpointConfigName}")

    def delete_model(self, *, ModelName: str) -> None:  # noqa: N803
        self.done.append(f"delete model {ModelName}")

    def describe_model_package_group(self, *, ModelPackageGroupName: str) -> dict[str, str]:  # noqa: N803
        if not self.group:
            raise ClientError(
                {"Error": {"Code": "ValidationException", "Message": "none"}}, "DescribeModelPackageGroup"
            )
        return {"ModelPackageGroupArn": f"group/{ModelPackageGroupName}"}

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
    monkeypatch.setattr(module, "LAMBDA", account)
    monkeypatch.setattr(module.stacks, "CLOUDFORMATION", account)
    monkeypatch.setattr(module.leftovers, "SAGEMAKER", account)
    for client in ("CODEPIPELINE", "STEP_FUNCTIONS"):
        monkeypatch.setattr(module.running, client, account)
    for client in ("GLUE", "SAGEMAKER"):
        monkeypatch.setattr(module.orchestrated, client, account)
    monkeypatch.setattr(sys.modules["waiting"], "SECONDS_BETWEEN_LOOKS", 0)
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
        f"stop job {JOB}",
        "delete endpoint shop-direct",
        "delete config shop-direct-1",
        "delete model shop-direct-1",
        "delete endpoint shop-check-0000000000000000",
        "delete config shop-check-0000000000000000",
        "delete model shop-check-0000000000000000",
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
    account.stacks, account.known = {}, False
    teardown.handler(EVENT, context())
    assert account.done == ["stop run 1", f"stop job {JOB}"]
    assert teardown.answers[0]["Status"] == "SUCCESS"


def test_a_stack_that_is_being_deployed_is_waited_for(teardown: ModuleType, account: Account) -> None:
    account.stacks["shop-test"] = "UPDATE_IN_PROGRESS"
    with pytest.raises(teardown.TimeIsUp):
        teardown.stacks.begin_deletion("shop-test", context(milliseconds=1))
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


def test_a_pipeline_that_executes_is_stopped_and_waited_for_before_its_stack_goes(
    teardown: ModuleType, account: Account
) -> None:
    account.executing = {"pipeline/1": "Executing", "pipeline/0": "Succeeded"}
    teardown.handler(EVENT, context())
    assert account.executing == {"pipeline/1": "Stopped", "pipeline/0": "Succeeded"}
    assert account.done.index("stop pipeline/1") < account.done.index("delete shop-training")
    assert account.done.count("stop pipeline/1") == 1


def test_a_workflow_that_runs_is_stopped_before_the_jobs_that_it_started(
    teardown: ModuleType, account: Account
) -> None:
    account.workflow_runs = {"wr_1": "RUNNING", "wr_0": "COMPLETED"}
    teardown.handler(EVENT, context())
    assert account.workflow_runs == {"wr_1": "STOPPED", "wr_0": "COMPLETED"}
    stopped = account.done.index("stop shop-training wr_1")
    assert stopped < account.done.index(f"stop job {JOB}")


def test_a_job_that_is_being_stopped_has_its_role_until_it_has_stopped(teardown: ModuleType, account: Account) -> None:
    teardown.leftovers.stop_jobs("shop")
    assert account.jobs[JOB] == "Stopping"
    with pytest.raises(teardown.TimeIsUp):
        teardown.leftovers.await_jobs("shop", context(milliseconds=1))
    teardown.leftovers.await_jobs("shop", context())
    assert list(account.jobs.values()) == ["Stopped", "InProgress", "InProgress"]


def test_a_job_that_ends_before_it_is_stopped_is_no_failure(
    teardown: ModuleType, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teardown.leftovers, "training_jobs", lambda _, status: [JOB] if status == "InProgress" else [])
    account.jobs[JOB] = "Completed"
    teardown.handler(EVENT, context())
    assert [answer["Status"] for answer in teardown.answers] == ["SUCCESS"]


def test_a_pipeline_that_does_not_stop_in_time_is_waited_for_by_the_next_function(
    teardown: ModuleType, account: Account
) -> None:
    account.executing = {"pipeline/1": "Executing"}
    teardown.handler(EVENT, context(milliseconds=1))
    assert account.done[-2:] == ["stop pipeline/1", "invoke function Event"]
    assert teardown.answers == []


def test_model_packages_of_a_group_that_is_tagged_stay_with_it(teardown: ModuleType, account: Account) -> None:
    account.tags, account.stuck = [{"Key": "Keep", "Value": "true"}], "shop-training"
    teardown.handler(EVENT, context())
    assert "delete package/1" not in account.done
    assert account.done[-2:] == ["delete shop-training"] * 2
    assert account.retained == ["ModelPackageGroup"]
    assert (account.stacks, teardown.answers[0]["Status"]) == ({}, "SUCCESS")


def test_what_else_keeps_a_stack_from_going_is_told_though_the_group_is_kept(
    teardown: ModuleType, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.tags, account.stuck = [{"Key": "Keep", "Value": "true"}], "shop-training"
    failing = {"shop-training": "DELETE_FAILED"}
    monkeypatch.setattr(account, "delete_stack", lambda **_: account.stacks.update(failing))
    account.stacks = {"shop-training": "CREATE_COMPLETE"}
    teardown.handler(EVENT, context())
    assert teardown.answers[0]["Reason"] == "DeletionFailed: shop-training cannot be deleted: Endpoint: in use"


def test_a_group_that_is_gone_already_is_not_kept(teardown: ModuleType, account: Account) -> None:
    account.group = False
    teardown.handler(EVENT, context())
    assert teardown.answers[0]["Status"] == "SUCCESS"
