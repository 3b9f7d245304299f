"""Twenty pipelines at once, each with a source, a function and a stack: none waits for another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import RunningEngine, start
from tests.engine.mend.account import eventually, journal
from tests.engine.services.codepipeline.conftest import REPORTING, Desk, invoke, type_id

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/limits.html")

PIPELINES = 20
# Twenty functions and twenty stacks, on a machine that others may use too.
_LONGEST_SECONDS = 120.0
TEMPLATE = """
Parameters:
  Value: {Type: String}
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Name: !Sub "/${AWS::StackName}", Type: String, Value: !Ref Value}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk on an engine of this test's own, whose journal has no other calls."""
    started = start(tmp_path / ".slipway")
    yield Desk(started)
    started.engine.stop()


def test_twenty_pipelines_run_at_once_and_succeed(desk: Desk) -> None:
    desk.upload({"template.yaml": TEMPLATE})
    function, role = desk.function(REPORTING), desk.make_role("cloudformation.amazonaws.com")
    stages = [desk.source(), _function_stage(function)]
    names = [f"many-{number}" for number in range(PIPELINES)]
    with ThreadPoolExecutor(PIPELINES) as pool:
        list(pool.map(lambda name: _create(desk, name, [*stages, _stack_stage(name, role)]), names))
        eventually(lambda: all(_statuses(desk, name)[0] != "InProgress" for name in names), _LONGEST_SECONDS)
        list(pool.map(desk.start, names))
    eventually(lambda: all("InProgress" not in _statuses(desk, name) for name in names), _LONGEST_SECONDS)
    assert {name: _statuses(desk, name) for name in names} == {name: ["Succeeded", "Succeeded"] for name in names}
    assert {name: _deployed(desk.engine, name) for name in names} == dict(zip(names, names, strict=True))
    assert _denied(desk.engine) == []


def _create(desk: Desk, name: str, stages: list[dict[str, Any]]) -> None:
    """Creating a pipeline starts it, too."""
    store = {"type": "S3", "location": desk.bucket}
    declared = {"name": name, "roleArn": desk.role, "artifactStore": store, "pipelineType": "V2", "stages": stages}
    desk.codepipeline.create_pipeline(pipeline=declared)


def _function_stage(function: str) -> dict[str, Any]:
    return {"name": "Invoke", "actions": [invoke("Invoke", function)]}


def _stack_stage(name: str, role: str) -> dict[str, Any]:
    configuration = {
        "ActionMode": "CREATE_UPDATE",
        "StackName": name,
        "TemplatePath": "SourceOutput::template.yaml",
        "ParameterOverrides": json.dumps({"Value": name}),
        "RoleArn": role,
    }
    action = {
        "name": "Stack",
        "actionTypeId": type_id("Deploy", "CloudFormation"),
        "configuration": configuration,
        "inputArtifacts": [{"name": "SourceOutput"}],
    }
    return {"name": "Deploy", "actions": [action]}


def _statuses(desk: Desk, name: str) -> list[str]:
    return [execution["status"] for execution in desk.executions(name)]


def _deployed(engine: RunningEngine, name: str) -> str:
    value: str = engine.client("ssm").get_parameter(Name=f"/{name}")["Parameter"]["Value"]
    return value


def _denied(engine: RunningEngine) -> list[dict[str, Any]]:
    return [call for call in journal(engine) if any(check["decision"] != "Allow" for check in call["checks"])]
