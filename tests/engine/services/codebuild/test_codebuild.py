"""CodeBuild through the running engine."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway import local
from tests.engine.mend.account import eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html")

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


def inline(*commands: str, after: str = "") -> str:
    lines = "".join(f"      - {json.dumps(command)}\n" for command in commands)
    return f"version: 0.2\nphases:\n  build:\n    commands:\n{lines}{after}"


def output(engine: Any, record: dict[str, Any]) -> str:
    logs = record["logs"]
    events = engine.client("logs").get_log_events(
        logGroupName=logs["groupName"], logStreamName=logs["streamName"], startFromHead=True
    )["events"]
    return "\n".join(event["message"] for event in events)


def test_post_build_and_finally_run_after_a_failure_unless_it_says_abort(engine: Any, build: Build) -> None:
    after = "    finally: [echo finally]\n  post_build:\n    commands: [echo post $CODEBUILD_BUILD_SUCCEEDING]\n"
    text = output(engine, build(inline("false", after=after)))
    assert "\nfinally\n" in text
    assert "\npost 0\n" in text


def test_on_failure_abort_leaves_post_build_out(engine: Any, build: Build) -> None:
    after = "    on-failure: ABORT\n  post_build:\n    commands: [echo post]\n"
    record = build(inline("false", after=after))
    assert "POST_BUILD" not in [item["phaseType"] for item in record["phases"]]
    assert record["buildStatus"] == "FAILED"


def test_a_failed_install_ends_the_commands(build: Build) -> None:
    record = build("version: 0.2\nphases: {install: {commands: ['false']}, build: {commands: ['true']}}\n")
    assert [item["phaseType"] for item in record["phases"]][4:] == [
        "INSTALL",
        "UPLOAD_ARTIFACTS",
        "FINALIZING",
        "COMPLETED",
    ]


def test_documented_variables_and_the_roles_credentials_are_there(engine: Any, build: Build) -> None:
    commands = (
        "echo $CODEBUILD_BUILD_NUMBER $CODEBUILD_BUILD_ID $CODEBUILD_INITIATOR",
        'python -c "import sys; print(sys.prefix)"',
        "aws sts get-caller-identity --query Arn --output text",
        'test -z "$VIRTUAL_ENV" && test "$HOME" != "' + str(engine.home) + '"',
        'test "$PWD" = "$CODEBUILD_SRC_DIR" && ls sub',
    )
    record = build(inline(*commands, after="  post_build: {commands: ['true']}\n"))
    text = output(engine, record)
    assert f"{record['buildNumber']} {record['id']} {record['initiator']}" in text
    unique = record["id"].rpartition(":")[2]
    assert f"arn:aws:sts::111122223333:assumed-role/codebuild-tests/AWSCodeBuild-{unique}" in text
    assert "Reason" not in text


def test_secrets_come_from_parameter_store_and_are_masked(engine: Any, role: str, build: Build) -> None:
    engine.client("ssm").put_parameter(Name="/builds/token", Value="s3cr3t", Type="SecureString")
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}],
    }
    iam = engine.client("iam")
    iam.put_role_policy(RoleName="codebuild-tests", PolicyName="Parameters", PolicyDocument=json.dumps(policy))
    text = output(
        engine, build("env: {parameter-store: {TOKEN: /builds/token}}\n" + inline('echo "<$TOKEN>" ${#TOKEN}'))
    )
    assert "<***> 6" in text
    assert "s3cr3t" not in text


def test_a_missing_parameter_fails_the_download_phase_by_its_name(build: Build) -> None:
    record = build("env: {parameter-store: {TOKEN: /nowhere}}\n" + inline("true"))
    [context] = phase(record, "DOWNLOAD_SOURCE")["contexts"]
    assert context["statusCode"] == "CLIENT_ERROR"
    assert context["message"].startswith("Parameter Store: /nowhere: ")


@pytest.mark.parametrize(
    ("buildspec", "code", "message"),
    [
        ("version: 0.2\nphases: [\n", "YAML_FILE_ERROR", "inline buildspec: not valid YAML"),
        ("version: 0.2\nphases: {build: {}}\nreports: {}\n", "YAML_FILE_ERROR", "reports is not executed"),
        ("missing.yml", "YAML_FILE_ERROR", "stat missing.yml: no such file or directory"),
    ],
)
def test_a_broken_buildspec_fails_the_build_with_its_reason(
    build: Build, buildspec: str, code: str, message: str
) -> None:
    record = build(buildspec)
    assert record["buildStatus"] == "FAILED"
    [context] = phase(record, "DOWNLOAD_SOURCE")["contexts"]
    assert (context["statusCode"], message in context["message"]) == (code, True), context


def test_an_artifact_that_matches_nothing_fails_the_upload(build: Build) -> None:
    record = build(inline("true", after="artifacts: {files: [dist/*]}\n"))
    [context] = phase(record, "UPLOAD_ARTIFACTS")["contexts"]
    assert context["message"].startswith("no matching artifact paths found for dist/*")
    assert record["buildStatus"] == "FAILED"


def test_a_build_is_stopped_with_its_processes(engine: Any, build: Build) -> None:
    client = engine.client("codebuild")
    started = build(inline("sleep 300 & echo $! > $HOME/../pid", "sleep 300"), wait=False)
    pid = engine.home / "builds" / started["id"].rpartition(":")[2] / "pid"
    eventually(lambda: pid.exists() and pid.read_text())
    number = int(pid.read_text())
    client.stop_build(id=started["id"])
    record = finished(client, started["id"])
    assert (record["buildStatus"], phase(record, "BUILD")["phaseStatus"]) == ("STOPPED", "STOPPED")
    eventually(lambda: not local.is_running(number))
    assert not pid.parent.exists()


def test_a_build_is_retried_with_what_it_was_started_with(engine: Any, build: Build) -> None:
    client = engine.client("codebuild")
    first = build(inline("echo $WHO"), environmentVariablesOverride=[{"name": "WHO", "value": "me"}])
    again = finished(client, client.retry_build(id=first["id"])["build"]["id"])
    assert again["buildNumber"] == first["buildNumber"] + 1
    assert "\nme\n" in output(engine, again)
    assert client.list_builds_for_project(projectName="sample")["ids"][:2] == [again["id"], first["id"]]


def test_the_same_token_starts_one_build(engine: Any, build: Build) -> None:
    first = build(inline("true"), idempotencyToken="once")
    again = engine.client("codebuild").start_build(projectName="sample", idempotencyToken="once")["build"]
    assert again["id"] == first["id"]


def test_builds_announce_their_states_and_phases(engine: Any, build: Build) -> None:
    sqs, events = engine.client("sqs"), engine.client("events")
    url = sqs.create_queue(QueueName="build-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Resource": arn}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_rule(Name="build-events", EventPattern=json.dumps({"source": ["aws.codebuild"]}))
    events.put_targets(Rule="build-events", Targets=[{"Id": "queue", "Arn": arn}])
    record = build(inline("true"))
    states, phases = [], []
    deadline = time.monotonic() + 60
    while len(states) < 2 and time.monotonic() < deadline:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        for event in (json.loads(message["Body"]) for message in messages):
            detail = event["detail"]
            assert (detail["build-id"], detail["project-name"]) == (record["arn"], "sample")
            states += [detail["build-status"]] if "build-status" in detail else []
            phases += [detail["completed-phase"]] if "completed-phase" in detail else []
    events.remove_targets(Rule="build-events", Ids=["queue"])
    assert sorted(states) == ["IN_PROGRESS", "SUCCEEDED"]
    assert {"DOWNLOAD_SOURCE", "BUILD", "FINALIZING"} <= set(phases)


PROJECT: dict[str, Any] = {
    "name": "refused",
    "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\n"},
    "artifacts": {"type": "NO_ARTIFACTS"},
    "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a b"}, "Value 'a b' at 'name' failed to satisfy constraint"),
        ({"source": {"type": "GITHUB", "location": "https://github.com/a/b"}}, "source/type GITHUB is not executed"),
        ({"source": {"type": "NO_SOURCE"}}, "source/buildspec is required with source type NO_SOURCE"),
        ({"cache": {"type": "S3", "location": "b"}}, "cache/type S3 is not executed"),
        ({"vpcConfig": {"vpcId": "vpc-1"}}, "vpcConfig is not executed"),
        (
            {"environment": {**PROJECT["environment"], "type": "WINDOWS_CONTAINER"}},
            "environment/type WINDOWS_CONTAINER",
        ),
        ({"artifacts": {"type": "S3"}}, "location is required with type S3"),
    ],
)
def test_a_project_that_would_not_be_executed_is_refused(
    engine: Any, role: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        engine.client("codebuild").create_project(**{**PROJECT, "serviceRole": role, **changes})


def test_a_role_that_codebuild_may_not_assume_is_refused(engine: Any) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        engine.client("codebuild").create_project(**PROJECT, serviceRole="arn:aws:iam::111122223333:role/none")


def test_a_build_of_a_missing_project_is_refused(engine: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        engine.client("codebuild").start_build(projectName="nowhere")
