"""What every pipeline of these tests stands on: a role, an artifact bucket, a source zip, and a way to wait."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.conftest import RunningEngine

Action = dict[str, Any]
_LONGEST_SECONDS = 60.0
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "s3:*",
                "lambda:*",
                "cloudformation:*",
                "states:*",
                "sns:*",
                "sqs:*",
                "codecommit:*",
                "codebuild:*",
                "cloudwatch:*",
                "codepipeline:*",
                "logs:*",
                "kms:*",
                "ssm:*",
                "sts:AssumeRole",
                "iam:PassRole",
            ],
            "Resource": "*",
        }
    ],
}


class Desk:
    """One test's pipelines, with the clients of the person."""

    def __init__(self, engine: RunningEngine) -> None:
        self.engine = engine
        self.suffix = uuid.uuid4().hex[:8]
        self.bucket = f"artifacts-{self.suffix}"
        self.sources = f"sources-{self.suffix}"
        self.codepipeline = engine.client("codepipeline")
        self.s3 = engine.client("s3")
        self.role = self.make_role("codepipeline.amazonaws.com")
        for bucket in (self.bucket, self.sources):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_bucket_versioning(Bucket=self.sources, VersioningConfiguration={"Status": "Enabled"})
        self.upload({"hello.txt": "hello", "input.json": '{"from": "file"}'})

    def make_role(self, *services: str, policy: dict[str, Any] | None = None, aws: str = "") -> str:
        """A role that the services, or the principal `aws`, may assume; its ARN."""
        iam = self.engine.client("iam")
        name = f"role-{uuid.uuid4().hex[:8]}"
        principal = {"AWS": aws} if aws else {"Service": list(services)}
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        }
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(policy or POLICY))
        return arn

    def upload(self, files: dict[str, str], key: str = "source.zip") -> str:
        """Put a zip in the source bucket; its version."""
        version: str = self.s3.put_object(Bucket=self.sources, Key=key, Body=pack(files))["VersionId"]
        return version

    def function(self, code: str) -> str:
        """A Lambda function with `code` as its handler's module; its name."""
        name = f"function-{uuid.uuid4().hex[:8]}"
        self.engine.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=self.make_role("lambda.amazonaws.com"),
            Handler="handler.handler",
            Code={"ZipFile": pack({"handler.py": code})},
            Timeout=30,
        )
        return name

    def source(self, **configuration: str) -> Action:
        """A stage with an S3 source action."""
        return {
            "name": "Source",
            "actions": [
                {
                    "name": "Source",
                    "actionTypeId": type_id("Source", "S3"),
                    "configuration": {
                        "S3Bucket": self.sources,
                        "S3ObjectKey": "source.zip",
                        "PollForSourceChanges": "false",
                        **configuration,
                    },
                    "outputArtifacts": [{"name": "SourceOutput"}],
                    "namespace": "Source",
                }
            ],
        }

    def create(self, *stages: dict[str, Any], name: str = "", **members: Any) -> str:
        """Create a V2 pipeline of the source stage and these; its name."""
        name = name or f"pipeline-{self.suffix}"
        declared = {
            "name": name,
            "roleArn": self.role,
            "artifactStore": {"type": "S3", "location": self.bucket},
            "pipelineType": "V2",
            "stages": [self.source(), *stages],
            **members,
        }
        self.codepipeline.create_pipeline(pipeline=declared)
        return name

    def executions(self, name: str) -> list[dict[str, Any]]:
        """The executions, oldest first."""
        found: list[dict[str, Any]] = self.codepipeline.list_pipeline_executions(pipelineName=name)[
            "pipelineExecutionSummaries"
        ]
        return found[::-1]

    def finish(self, name: str, number: int = 0, status: str = "Succeeded") -> dict[str, Any]:
        """Wait until an execution has ended; it must have ended so."""

        def look() -> dict[str, Any] | None:
            found = self.executions(name)[number : number + 1]
            return next((item for item in found if item["status"] not in ("InProgress", "Stopping")), None)

        record: dict[str, Any] = self.wait(look)
        assert record["status"] == status, [item["output"]["executionResult"] for item in self.actions(name)]
        return record

    def start(self, name: str, **members: Any) -> str:
        """Start an execution; its id."""
        started: str = self.codepipeline.start_pipeline_execution(name=name, **members)["pipelineExecutionId"]
        return started

    def action(self, name: str, action: str) -> dict[str, Any]:
        """The newest attempt at an action."""
        return next(item for item in self.actions(name) if item["actionName"] == action)

    def actions(self, name: str) -> list[dict[str, Any]]:
        """All attempts, newest first."""
        found: list[dict[str, Any]] = self.codepipeline.list_action_executions(pipelineName=name)[
            "actionExecutionDetails"
        ]
        return found

    def stage(self, name: str, stage: str) -> dict[str, Any]:
        """A stage's state."""
        states = self.codepipeline.get_pipeline_state(name=name)["stageStates"]
        found: dict[str, Any] = next(state for state in states if state["stageName"] == stage)
        return found

    def token(self, name: str, stage: str = "Test", action: str = "Approve") -> str:
        """Wait for an approval and return its token."""

        def look() -> str | None:
            states = self.stage(name, stage)["actionStates"]
            state = next(item for item in states if item["actionName"] == action)
            token: str | None = state.get("latestExecution", {}).get("token")
            return token

        return str(self.wait(look))

    def decide(self, name: str, status: str = "Approved", token: str = "", **where: str) -> None:
        """Approve or reject what waits."""
        stage, action = where.get("stage", "Test"), where.get("action", "Approve")
        self.codepipeline.put_approval_result(
            pipelineName=name,
            stageName=stage,
            actionName=action,
            token=token or self.token(name, stage, action),
            result={"summary": "looked at it", "status": status},
        )

    @staticmethod
    def wait(look: Callable[[], Any]) -> Any:
        """Ask until the answer is truthy."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < deadline:
            answer = look()
            if answer:
                return answer
            time.sleep(0.02)
        raise AssertionError("waited in vain")


def type_id(category: str, provider: str) -> dict[str, str]:
    """An AWS action type."""
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}


def pack(files: dict[str, str]) -> bytes:
    """A zip of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def approval(name: str = "Approve", stage: str = "Test", **configuration: str) -> dict[str, Any]:
    """A stage with a manual approval."""
    return {
        "name": stage,
        "actions": [
            {"name": name, "actionTypeId": type_id("Approval", "Manual"), "configuration": configuration or {}}
        ],
    }


def invoke(name: str, function: str, **members: Any) -> Action:
    """An action that invokes a function."""
    configuration = {"FunctionName": function, **members.pop("configuration", {})}
    return {"name": name, "actionTypeId": type_id("Invoke", "Lambda"), "configuration": configuration, **members}


REPORTING = """
import json, boto3
codepipeline = boto3.client("codepipeline")

def handler(event, context):
    job = event["CodePipeline.job"]
    parameters = json.loads(job["data"]["actionConfiguration"]["configuration"].get("UserParameters", "{}"))
    if "fail" in parameters:
        failure = {"type": "JobFailed", "message": parameters["fail"]}
        codepipeline.put_job_failure_result(jobId=job["id"], failureDetails=failure)
    else:
        codepipeline.put_job_success_result(jobId=job["id"], outputVariables=parameters)
"""


@pytest.fixture
def desk(engine: RunningEngine) -> Desk:
    """A desk of this test's own."""
    return Desk(engine)
