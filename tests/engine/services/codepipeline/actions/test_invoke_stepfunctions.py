"""Invoke/StepFunctions."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.engine.services.codepipeline.conftest import Desk, type_id

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html"
)

PASS = {"QueryLanguage": "JSONata", "StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "Fail", "States": {"Fail": {"Type": "Fail", "Error": "Burnt", "Cause": "too hot"}}}


def machine(desk: Desk, definition: dict[str, Any], name: str = "machine") -> str:
    arn: str = desk.engine.client("stepfunctions").create_state_machine(
        name=f"{name}-{desk.suffix}",
        definition=json.dumps(definition),
        roleArn=desk.make_role("states.amazonaws.com"),
    )["stateMachineArn"]
    return arn


def stage(configuration: dict[str, str], **members: Any) -> dict[str, Any]:
    action = {"name": "Invoke", "actionTypeId": type_id("Invoke", "StepFunctions"), "configuration": configuration}
    return {"name": "Run", "actions": [{**action, **members}]}


def test_a_file_of_the_input_artifact_is_the_executions_input(desk: Desk) -> None:
    arn = machine(desk, PASS)
    configuration = {
        "StateMachineArn": arn,
        "InputType": "FilePath",
        "Input": "input.json",
        "ExecutionNamePrefix": "run",
    }
    artifacts = {"inputArtifacts": [{"name": "SourceOutput"}], "outputArtifacts": [{"name": "Described"}]}
    name = desk.create(stage(configuration, **artifacts))
    desk.finish(name)
    done = desk.action(name, "Invoke")
    execution = done["output"]["outputVariables"]["ExecutionArn"]
    assert done["output"]["outputVariables"] == {"StateMachineArn": arn, "ExecutionArn": execution}
    assert done["output"]["executionResult"]["externalExecutionId"] == execution
    assert execution.endswith(f":run-{done['actionExecutionId']}")
    described = desk.engine.client("stepfunctions").describe_execution(executionArn=execution)
    assert json.loads(described["output"]) == {"from": "file"}
    place = done["output"]["outputArtifacts"][0]["s3location"]
    content = desk.s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (file,) = archive.namelist()
        assert json.loads(archive.read(file))["status"] == "SUCCEEDED"


def test_a_literal_is_the_executions_input(desk: Desk) -> None:
    name = desk.create(stage({"StateMachineArn": machine(desk, PASS), "Input": '{"a": 1}'}))
    desk.finish(name)
    execution = desk.action(name, "Invoke")["output"]["outputVariables"]["ExecutionArn"]
    described = desk.engine.client("stepfunctions").describe_execution(executionArn=execution)
    assert json.loads(described["input"]) == {"a": 1}


@pytest.mark.parametrize(
    ("definition", "configuration", "members", "message"),
    [
        (FAIL, {}, {}, "ended with status FAILED: Burnt: too hot"),
        (
            PASS,
            {"InputType": "FilePath", "Input": "nothing.json"},
            {"inputArtifacts": [{"name": "SourceOutput"}]},
            "File [nothing.json] does not exist in artifact [SourceOutput]",
        ),
    ],
    ids=["failed", "no file"],
)
def test_a_failure_says_what_failed(
    desk: Desk, definition: dict[str, Any], configuration: dict[str, str], members: dict[str, Any], message: str
) -> None:
    name = desk.create(stage({"StateMachineArn": machine(desk, definition), **configuration}, **members))
    desk.finish(name, status="Failed")
    result = desk.action(name, "Invoke")["output"]["executionResult"]
    assert message in result["errorDetails"]["message"]
