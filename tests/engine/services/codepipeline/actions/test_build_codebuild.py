"""Build/CodeBuild."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from slipway.engine.services.codepipeline.actions.build_codebuild import environment
from slipway.engine.services.codepipeline.outcome import ActionFailed
from tests.engine.services.codepipeline.conftest import Desk, type_id

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html"
)

BUILDSPEC = """
version: 0.2
env:
  exported-variables: [GREETING]
phases:
  build:
    commands:
      - export GREETING="$(cat hello.txt) $WHO"
      - echo "$GREETING" > greeting.txt
      - mkdir -p small && echo one > small/one.txt
artifacts:
  files: [greeting.txt]
  secondary-artifacts:
    Small:
      base-directory: small
      files: [one.txt]
    Built:
      files: [greeting.txt]
"""


def project(desk: Desk) -> str:
    name = f"project-{desk.suffix}"
    desk.engine.client("codebuild").create_project(
        name=name,
        source={"type": "CODEPIPELINE"},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=desk.make_role("codebuild.amazonaws.com"),
    )
    return name


def build(desk: Desk, *outputs: str, **configuration: str) -> dict[str, Any]:
    action = {
        "name": "Build",
        "actionTypeId": type_id("Build", "CodeBuild"),
        "configuration": {"ProjectName": project(desk), **configuration},
        "inputArtifacts": [{"name": "SourceOutput"}],
        "outputArtifacts": [{"name": name} for name in outputs],
        "namespace": "Build",
    }
    return {"name": "Build", "actions": [action]}


def files(desk: Desk, place: dict[str, str]) -> dict[str, str]:
    content = desk.s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode().strip() for name in archive.namelist()}


@pytest.mark.parametrize("outputs", [("Built",), ("Built", "Small")], ids=["one output", "two outputs"])
def test_a_build_turns_artifacts_into_artifacts_and_exports_variables(desk: Desk, outputs: tuple[str, ...]) -> None:
    desk.upload({"hello.txt": "hello", "buildspec.yml": BUILDSPEC})
    variables = json.dumps([{"name": "WHO", "value": "#{Source.ObjectKey}", "type": "PLAINTEXT"}])
    name = desk.create(build(desk, *outputs, EnvironmentVariables=variables))
    desk.finish(name)
    done = desk.action(name, "Build")["output"]
    assert done["outputVariables"] == {"GREETING": "hello source.zip"}
    made = {item["name"]: files(desk, item["s3location"]) for item in done["outputArtifacts"]}
    wanted = {"Built": {"greeting.txt": "hello source.zip"}, "Small": {"one.txt": "one"}}
    assert made == {output: wanted[output] for output in outputs}
    assert done["executionResult"]["externalExecutionId"].startswith("project-")


def test_a_failed_build_says_in_which_phase_and_why(desk: Desk) -> None:
    desk.upload({"buildspec.yml": "version: 0.2\nphases:\n  build:\n    commands: [make nothing]\n"})
    name = desk.create(build(desk))
    desk.finish(name, status="Failed")
    error = desk.action(name, "Build")["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "JobFailed"
    assert error["message"].startswith(
        "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: "
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "EnvironmentVariables is not valid JSON"),
        ("{}", "must be a JSON array of objects with name, value"),
        ('[{"name": "a"}]', "must be a JSON array of objects with name, value"),
        ('[{"name": "a", "value": "b", "typ": "c"}]', "must be a JSON array of objects with name, value"),
        ('[{"name": "a", "value": "b", "type": "PLAIN"}]', r"\(PLAINTEXT, PARAMETER_STORE, SECRETS_MANAGER\)"),
    ],
    ids=["no JSON", "no array", "no value", "a wrong member", "a wrong type"],
)
def test_wrong_environment_variables_are_refused(text: str, message: str) -> None:
    with pytest.raises(ActionFailed, match=message):
        environment(text)
