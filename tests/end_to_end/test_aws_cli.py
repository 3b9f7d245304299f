"""An install's whole life by the AWS CLI alone: launched, followed, approved, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from slipway import local, package, seed
from slipway.launch import CAPABILITIES
from slipway.package import Package
from tests.end_to_end.aws import Aws
from tests.end_to_end.plant import ROOT, Plant, makefile
from tests.end_to_end.support import wait

STACK = "by-aws"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """An engine on which nothing was launched."""
    made = Plant(tmp_path_factory.mktemp("aws") / ".slipway")
    try:
        yield made
    finally:
        local.remove(made.home)


@pytest.fixture(scope="module")
def launched(plant: Plant) -> Aws:
    """`aws cloudformation create-stack` of the packaged bundle."""
    uploaded: Package = package.package(plant.target, ROOT, seed.make(ROOT, {"Makefile": makefile()}))
    aws = Aws(plant.engine)
    source = {"SourceBucket": uploaded.bucket, "SourceKey": uploaded.seed_key, "ManageApiGatewayLogging": "true"}
    given = [f"ParameterKey={name},ParameterValue={value}" for name, value in source.items()]
    what = ["--stack-name", STACK, "--template-url", uploaded.template_url]
    aws.run("cloudformation", "create-stack", *what, "--parameters", *given, "--capabilities", *CAPABILITIES)
    aws.run("cloudformation", "wait", "stack-create-complete", "--stack-name", STACK)
    return aws


def actions(aws: Aws) -> dict[str, dict[str, Any]]:
    """The latest execution of each action of the pipeline, by name."""
    state = aws.run("codepipeline", "get-pipeline-state", "--name", STACK)
    return {
        f"{stage['stageName']}/{action['actionName']}": action.get("latestExecution", {})
        for stage in state["stageStates"]
        for action in stage["actionStates"]
    }


def test_the_stack_of_the_bundle_is_created(launched: Aws) -> None:
    (stack,) = launched.run("cloudformation", "describe-stacks", "--stack-name", STACK)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_a_run_is_followed_and_approved(launched: Aws) -> None:
    def token() -> str | None:
        found = actions(launched)
        failed = {name: action for name, action in found.items() if action.get("status") == "Failed"}
        assert failed == {}
        return found["Test/Approve"].get("token")

    approval = ["--stage-name", "Test", "--action-name", "Approve", "--result", "summary=seen,status=Approved"]
    waiting = wait(token, "the run waits for approval")
    launched.run("codepipeline", "put-approval-result", "--pipeline-name", STACK, *approval, "--token", waiting)

    def ended() -> str | None:
        (run,) = launched.run("codepipeline", "list-pipeline-executions", "--pipeline-name", STACK)[
            "pipelineExecutionSummaries"
        ]
        return None if run["status"] == "InProgress" else str(run["status"])

    assert wait(ended, "the end of the run") == "Succeeded"
    found = launched.run("sagemaker", "describe-endpoint", "--endpoint-name", f"{STACK}-production")
    assert found["EndpointStatus"] == "InService"


def test_the_install_is_deleted_with_all_that_it_deployed(launched: Aws) -> None:
    launched.run("cloudformation", "delete-stack", "--stack-name", STACK)
    launched.run("cloudformation", "wait", "stack-delete-complete", "--stack-name", STACK)
    assert launched.run("cloudformation", "describe-stacks")["Stacks"] == []
    assert launched.run("sagemaker", "list-endpoints")["Endpoints"] == []
