"""SAM CLI as anybody installs it, pointed at the engine: an application of its own, and the bundle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from slipway import local
from tests.end_to_end.support import REPOSITORY, succeed, wait

SAM = REPOSITORY / ".venv/sam/bin/sam"
TEMPLATE = f"""
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting: {{Type: String, Default: hello}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: hello/
      Handler: app.handler
      Runtime: python{sys.version_info.major}.{sys.version_info.minor}
      Environment: {{Variables: {{GREETING: !Ref Greeting}}}}
Outputs:
  Name: {{Value: !Ref Hello}}
"""
CODE = """
import os
def handler(event, context):
    return os.environ["GREETING"]
"""
ANSWERS = """
version = 0.1
[default.deploy.parameters]
stack_name = "greeter"
resolve_s3 = true
capabilities = "CAPABILITY_IAM"
confirm_changeset = false
parameter_overrides = 'Greeting="good day"'
"""


@dataclass(frozen=True)
class Sam:
    """`sam` in a folder, with the variables that `slipway env` prints."""

    engine: local.LocalEngine
    folder: Path

    def run(self, *arguments: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        variables = json.loads(succeed(self.engine.home, "env", "--json"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        path = f"{Path(sys.executable).parent}:{kept['PATH']}"
        own = {"PATH": path, "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.5", "HOME": str(self.folder)}
        return subprocess.run(
            [str(SAM), *arguments],
            env={**kept, **variables, **own},
            cwd=self.folder,
            input=answers,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def succeed(self, *arguments: str, answers: str = "") -> str:
        done = self.run(*arguments, answers=answers)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def says(self) -> str:
        """What the deployed function answers."""
        stack = self.engine.client("cloudformation").describe_stacks(StackName="greeter")["Stacks"][0]
        (name,) = [output["OutputValue"] for output in stack["Outputs"]]
        answer: str = json.load(self.engine.client("lambda").invoke(FunctionName=name)["Payload"])
        return answer


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sam]:
    """An application in a folder, built, and an engine that knows nothing of it."""
    home = tmp_path_factory.mktemp("engine") / ".slipway"
    folder = tmp_path_factory.mktemp("greeter")
    (folder / "hello").mkdir()
    (folder / "hello/app.py").write_text(CODE)
    (folder / "hello/requirements.txt").touch()
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "samconfig.toml").write_text(ANSWERS)
    engine = local.start(home, port=local.free_port(), clock_factor=60.0)
    try:
        made = Sam(engine, folder)
        assert "Build Succeeded" in made.succeed("build")
        yield made
    finally:
        local.remove(home)


@pytest.fixture(scope="module")
def deployed(sam: Sam) -> Sam:
    """`sam deploy` with what samconfig.toml answers."""
    assert "Successfully created/updated stack - greeter in us-east-1" in sam.succeed("deploy")
    return sam


def test_samconfig_answers_what_deploy_asks(deployed: Sam) -> None:
    assert json.loads(deployed.succeed("remote", "invoke", "Hello", "--stack-name", "greeter")) == "good day"
    outputs = json.loads(deployed.succeed("list", "stack-outputs", "--stack-name", "greeter", "--output", "json"))
    assert [output["OutputKey"] for output in outputs] == ["Name"]


def test_deployed_again_there_is_nothing_to_do(deployed: Sam) -> None:
    again = deployed.run("deploy")
    assert again.returncode == 1
    assert "No changes to deploy. Stack greeter is up to date" in again.stderr


def test_guided_asks_and_deploys_what_it_was_told(deployed: Sam) -> None:
    answers = "\n".join(["greeter", "us-east-1", "good evening", "n", "y", "n", "n"]) + "\n"
    told = deployed.succeed("deploy", "--guided", answers=answers)
    assert "Setting default arguments for 'sam deploy'" in told
    assert deployed.says() == "good evening"


def test_sync_is_refused_by_what_the_engine_does_not_execute(deployed: Sam) -> None:
    before = deployed.says()
    refused = deployed.run("sync", "--stack-name", "greeter", "--no-watch", answers="y\n")
    assert refused.returncode == 1
    assert "UpdateStack operation: DeploymentConfig: not executed by this engine" in refused.stderr
    assert deployed.says() == before


def test_delete_leaves_nothing_of_the_application(deployed: Sam) -> None:
    assert "Deleted successfully" in deployed.succeed("delete", "--stack-name", "greeter", "--no-prompts")
    stacks = deployed.engine.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks] == ["aws-sam-cli-managed-default"]
    assert deployed.engine.client("lambda").list_functions()["Functions"] == []


def test_the_bundle_is_deployed_by_sam_too(sam: Sam) -> None:
    options = ["--stack-name", "by-sam", "--resolve-s3", "--capabilities", "CAPABILITY_NAMED_IAM"]
    options += ["CAPABILITY_AUTO_EXPAND", "--no-confirm-changeset", "--parameter-overrides", "Orchestrator=sagemaker"]
    sam.succeed("deploy", "--template-file", str(REPOSITORY / "template.yaml"), *options)
    stack = sam.engine.client("cloudformation").describe_stacks(StackName="by-sam")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    pipelines = sam.engine.client("codepipeline")
    runs = wait(
        lambda: pipelines.list_pipeline_executions(pipelineName="by-sam")["pipelineExecutionSummaries"] or None,
        "the first run of the bundle",
    )
    assert runs[0]["trigger"]["triggerType"] == "CreatePipeline"
