"""CodeBuild through the running engine."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

BUILDSPEC = """version: 0.2
env:
  variables: {GREETING: hello, FROM_PROJECT: buildspec}
  exported-variables: [RESULT]
phases:
  install:
    commands:
      - cd sub
      - LOCAL=kept
  build:
    commands:
      - export RESULT="$GREETING $FROM_PROJECT $LOCAL"
      - pwd
      - echo "$RESULT" > out.txt
artifacts:
  files: ['**/*']
  base-directory: sub
"""

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:*", "s3:*"], "Resource": "*"}]}

Build = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def role(engine: Any) -> str:
    iam = engine.client("iam")
    arn = iam.create_role(RoleName="codebuild-tests", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="codebuild-tests", PolicyName="All", PolicyDocument=json.dumps(ALLOW))
    return str(arn)


@pytest.fixture(scope="module")
def bucket(engine: Any) -> str:
    engine.client("s3").create_bucket(Bucket="codebuild-tests")
    return "codebuild-tests"


@pytest.fixture
def build(engine: Any, role: str, bucket: str) -> Iterator[Build]:
    client = engine.client("codebuild")

    def run(
        buildspec: str, *, wait: bool = True, files: dict[str, str] | None = None, **overrides: Any
    ) -> dict[str, Any]:
        engine.client("s3").put_object(Bucket=bucket, Key="source.zip", Body=zipped(files or {"sub/a.txt": "a"}))
        client.create_project(
            name="sample",
            source={"type": "S3", "location": f"{bucket}/source.zip", "buildspec": buildspec},
            artifacts={"type": "S3", "location": bucket, "name": "out.zip", "packaging": "ZIP"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:8.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": [{"name": "FROM_PROJECT", "value": "project"}],
            },
            serviceRole=role,
        )
        started = client.start_build(projectName="sample", **overrides)["build"]
        return finished(client, started["id"]) if wait else dict(started)

    yield run
    client.delete_project(name="sample")


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def finished(client: Any, identifier: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        record: dict[str, Any] = client.batch_get_builds(ids=[identifier])["builds"][0]
        if record["buildComplete"]:
            return record
        time.sleep(0.05)
    raise TimeoutError(record)


def phase(record: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in record["phases"] if item["phaseType"] == name)


def test_variables_and_directory_last_from_one_phase_to_the_next(engine: Any, build: Build, bucket: str) -> None:
    record = build(BUILDSPEC)
    assert record["buildStatus"] == "SUCCEEDED", [(p["phaseType"], p.get("contexts")) for p in record["phases"]]
    assert record["exportedEnvironmentVariables"] == [{"name": "RESULT", "value": "hello project kept"}]
    content = engine.client("s3").get_object(Bucket=bucket, Key="out.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["a.txt", "out.txt"]


def test_a_failed_command_names_itself_and_its_status(build: Build) -> None:
    record = build(
        "version: 0.2\nphases:\n  build:\n    commands: ['true', exit 7, 'true']\n"
        "  post_build:\n    commands: ['true']\n"
    )
    assert record["buildStatus"] == "FAILED"
    [context] = phase(record, "BUILD")["contexts"]
    assert context["statusCode"] == "COMMAND_EXECUTION_ERROR"
    assert context["message"] == "Error while executing command: exit 7. Reason: exit status 7"
    assert phase(record, "POST_BUILD")["phaseStatus"] == "SUCCEEDED"
