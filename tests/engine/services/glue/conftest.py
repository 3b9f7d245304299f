"""Jobs of a test, and what they print."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.test_dispatcher import role_client

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR")


class Glue:
    """A client, with jobs whose scripts are in a bucket."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.client = engine.client("glue")
        self.bucket = f"glue-{uuid.uuid4().hex[:8]}"
        engine.client("s3").create_bucket(Bucket=self.bucket)
        self.role = self.new_role("s3:*", "logs:*", "glue:*")

    def new_role(self, *actions: str) -> str:
        """The ARN of a role that Glue may assume."""
        name, iam = f"glue-{uuid.uuid4().hex[:8]}", self.engine.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        iam.put_role_policy(RoleName=name, PolicyName="Some", PolicyDocument=policy)
        return str(arn)

    def as_role(self, *actions: str) -> Any:
        """A client of a role with these rights only."""
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        return role_client(self.engine, "glue", f"caller-{uuid.uuid4().hex[:8]}", [statement])

    def put(self, key: str, text: str) -> str:
        """An object's address."""
        self.engine.client("s3").put_object(Bucket=self.bucket, Key=key, Body=text.encode())
        return f"s3://{self.bucket}/{key}"

    def text(self, key: str) -> str:
        """What an object holds."""
        return str(self.engine.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix."""
        found = self.engine.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in found.get("Contents", [])]

    def shell(self, script: str, **members: Any) -> str:
        """The name of a Python shell job."""
        return self.job({"Name": "pythonshell", "PythonVersion": "3.9"}, script, **members)

    def spark(self, script: str, **members: Any) -> str:
        """The name of a Spark job."""
        return self.job({"Name": "glueetl", "PythonVersion": "3"}, script, GlueVersion="5.1", **members)

    def job(self, command: dict[str, str], script: str, **members: Any) -> str:
        name = f"job-{uuid.uuid4().hex[:8]}"
        where = self.put(f"scripts/{name}.py", script)
        self.client.create_job(
            Name=name, Command={**command, "ScriptLocation": where}, **{"Role": self.role, **members}
        )
        return name

    def start(self, name: str, **arguments: Any) -> str:
        """The id of a run."""
        return str(self.client.start_job_run(JobName=name, **arguments)["JobRunId"])

    def run(self, name: str, **arguments: Any) -> dict[str, Any]:
        """A run that has ended."""
        return self.ended(name, self.start(name, **arguments))

    def ended(self, name: str, run_id: str, states: tuple[str, ...] = ENDED) -> dict[str, Any]:
        """The run once it is in one of the states."""

        def look() -> dict[str, Any]:
            return dict(self.client.get_job_run(JobName=name, RunId=run_id)["JobRun"])

        return until(look, lambda run: run["JobRunState"] in states)

    def log(self, run: dict[str, Any], stream: str = "output") -> list[str]:
        """The lines of a run's log."""
        group = f"{run['LogGroupName']}/{stream}"
        found = self.engine.client("logs").get_log_events(
            logGroupName=group, logStreamName=run["Id"], startFromHead=True
        )
        return [event["message"] for event in found["events"]]


def until(look: Callable[[], Any], good: Callable[[Any], bool], seconds: float = 600) -> Any:
    """What `look` gives once it is good."""
    deadline = time.monotonic() + seconds
    while not good(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def glue(engine: Any) -> Glue:
    return Glue(engine)
