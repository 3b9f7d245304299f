"""What a ledger writes: one class a kind of thing."""

from __future__ import annotations

import json
import re
import shlex
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slipway import git

# What the names of stacks and roles begin with.
SOAK = "soak-"
Client = Callable[[str], Any]

# How a stack, a build or a job says that the engine's end is what it failed of.
NAMED = re.compile(r"engine (was )?(restarted|ended)")

_LOG = {"logGroupName": "/soak", "logStreamName": "ledger"}
_WAITS = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "Seconds": 60, "Next": "End"}, "End": {"Type": "Succeed"}},
}
_TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "Queue": {"Type": "AWS::SQS::Queue"}}}


class Kind(ABC):
    """One kind of entry, by names."""

    # In how many rounds one is written; what is slow to make is written seldom.
    every = 1

    def open(self, client: Client) -> None:
        """Make what the entries are written to."""
        return

    @abstractmethod
    def write(self, client: Client, name: str) -> None:
        """Return once the engine has acknowledged an entry."""

    @abstractmethod
    def read(self, client: Client) -> set[str]:
        """The names of the entries that are there; AssertionError when one is not as it was acknowledged."""

    def is_settled(self, client: Client) -> bool:
        """Whether everything that was begun has come to its end."""
        return True


class Parameters(Kind):
    """Parameters of SSM."""

    def write(self, client: Client, name: str) -> None:
        client("ssm").put_parameter(Name=f"/soak/{name}", Value=name, Type="String")

    def read(self, client: Client) -> set[str]:
        pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/soak")
        return {found["Value"] for page in pages for found in page["Parameters"]}


class Objects(Kind):
    """Objects of S3."""

    bucket = "soak-ledger"

    def open(self, client: Client) -> None:
        client("s3").create_bucket(Bucket=self.bucket)

    def write(self, client: Client, name: str) -> None:
        client("s3").put_object(Bucket=self.bucket, Key=name, Body=name.encode())

    def read(self, client: Client) -> set[str]:
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {found["Key"] for page in pages for found in page.get("Contents", [])}


class LogEvents(Kind):
    """Events of CloudWatch Logs."""

    def open(self, client: Client) -> None:
        client("logs").create_log_group(logGroupName=_LOG["logGroupName"])
        client("logs").create_log_stream(**_LOG)

    def write(self, client: Client, name: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": name}
        client("logs").put_log_events(**_LOG, logEvents=[event])

    def read(self, client: Client) -> set[str]:
        pages = client("logs").get_paginator("filter_log_events").paginate(logGroupName=_LOG["logGroupName"])
        return {event["message"] for page in pages for event in page["events"]}


class Messages(Kind):
    """Messages of SQS: each is received in the end, at least once."""

    def __init__(self) -> None:
        self._url = ""
        self._received: set[str] = set()

    def open(self, client: Client) -> None:
        self._url = client("sqs").create_queue(QueueName="soak")["QueueUrl"]

    def write(self, client: Client, name: str) -> None:
        client("sqs").send_message(QueueUrl=self._url, MessageBody=name)

    def read(self, client: Client) -> set[str]:
        while found := client("sqs").receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            self._received.update(message["Body"] for message in found)
            entries = [{"Id": str(at), "ReceiptHandle": each["ReceiptHandle"]} for at, each in enumerate(found)]
            client("sqs").delete_message_batch(QueueUrl=self._url, Entries=entries)
        return self._received


class Roles(Kind):
    """Roles of IAM."""

    every = 10

    def write(self, client: Client, name: str) -> None:
        client("iam").create_role(RoleName=f"{SOAK}{name}", Path="/soak/", AssumeRolePolicyDocument=trust("lambda"))

    def read(self, client: Client) -> set[str]:
        pages = client("iam").get_paginator("list_roles").paginate(PathPrefix="/soak/")
        return {found["RoleName"].removeprefix(SOAK) for page in pages for found in page["Roles"]}


class Executions(Kind):
    """Executions of Step Functions, in the middle of a Wait when the engine is killed; they go on."""

    every = 10

    def __init__(self) -> None:
        self._machine = ""

    def open(self, client: Client) -> None:
        role = client("iam").create_role(RoleName="soak", AssumeRolePolicyDocument=trust("states"))["Role"]["Arn"]
        made = client("stepfunctions").create_state_machine(name="soak", definition=json.dumps(_WAITS), roleArn=role)
        self._machine = made["stateMachineArn"]

    def write(self, client: Client, name: str) -> None:
        client("stepfunctions").start_execution(stateMachineArn=self._machine, name=name)

    def read(self, client: Client) -> set[str]:
        statuses = self._statuses(client)
        lost = {name: status for name, status in statuses.items() if status not in ("RUNNING", "SUCCEEDED")}
        assert not lost, f"executions do not go on: {lost}"
        return set(statuses)

    def is_settled(self, client: Client) -> bool:
        return set(self._statuses(client).values()) <= {"SUCCEEDED"}

    def _statuses(self, client: Client) -> dict[str, str]:
        pages = client("stepfunctions").get_paginator("list_executions").paginate(stateMachineArn=self._machine)
        return {found["name"]: found["status"] for page in pages for found in page["executions"]}


class Stacks(Kind):
    """Stacks of CloudFormation; one whose creation was interrupted says so."""

    every = 10

    def write(self, client: Client, name: str) -> None:
        client("cloudformation").create_stack(StackName=f"{SOAK}{name}", TemplateBody=json.dumps(_TEMPLATE))

    def read(self, client: Client) -> set[str]:
        found = self._found(client)
        for stack in found:
            if stack["StackStatus"] not in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE"):
                assert NAMED.search(stack.get("StackStatusReason", "")), f"failed of something else: {stack}"
        return {stack["StackName"].removeprefix(SOAK) for stack in found}

    def is_settled(self, client: Client) -> bool:
        return not any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in self._found(client))

    def _found(self, client: Client) -> list[dict[str, Any]]:
        pages = client("cloudformation").get_paginator("describe_stacks").paginate()
        return [stack for page in pages for stack in page["Stacks"] if stack["StackName"].startswith(SOAK)]


class Pushes(Kind):
    """Commits that git pushed to CodeCommit, each on a branch of its own."""

    every = 10

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home.parent / "checkout"
        self._seen: set[str] = set()

    def open(self, client: Client) -> None:
        made = client("codecommit").create_repository(repositoryName="soak")["repositoryMetadata"]
        login = shlex.join([sys.executable, "-P", "-m", "slipway.gitlogin", "--home", str(self._home)])
        git.run("init", "--quiet", str(self._folder))
        git.run("remote", "add", "origin", made["cloneUrlHttp"], cwd=self._folder)
        settings = {"credential.helper": f"!{login}", "credential.useHttpPath": "true"}
        for name, value in {**settings, "user.name": "soak", "user.email": "soak@example.com"}.items():
            git.run("config", name, value, cwd=self._folder)

    def write(self, client: Client, name: str) -> None:
        git.run("commit", "--quiet", "--allow-empty", "-m", name, cwd=self._folder)
        git.run("push", "--quiet", "origin", f"HEAD:refs/heads/{name}", cwd=self._folder)

    def read(self, client: Client) -> set[str]:
        pages = client("codecommit").get_paginator("list_branches").paginate(repositoryName="soak")
        branches = {name for page in pages for name in page["branches"]}
        for name in branches - self._seen:
            commit = client("codecommit").get_branch(repositoryName="soak", branchName=name)["branch"]["commitId"]
            message = client("codecommit").get_commit(repositoryName="soak", commitId=commit)["commit"]["message"]
            assert message.strip() == name, f"the branch {name} is at the commit {message}"
        self._seen = branches
        return branches


def trust(service: str) -> str:
    """A trust policy for one service."""
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
