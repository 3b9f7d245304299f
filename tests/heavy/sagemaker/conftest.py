"""A running engine with a role, a bucket, tables to learn from, and endpoints that are deleted again."""

from __future__ import annotations

import io
import json
import random
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from slipway import local
from tests.environments import share

BUCKET = "heavy-sagemaker"
ROLE = "arn:aws:iam::111122223333:role/Heavy"
_ACTIONS = [
    *("s3:*", "logs:*", "cloudwatch:PutMetricData"),
    *("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
]
_PATIENCE = 600


class Account:
    """The person's clients of an engine, and ways to wait."""

    def __init__(self, running: local.LocalEngine) -> None:
        self.running = running
        self.sagemaker = running.client("sagemaker")
        self.runtime = running.client("sagemaker-runtime")
        self.s3 = running.client("s3")
        self._endpoints: list[str] = []

    def put(self, key: str, body: bytes | str) -> str:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, uri: str) -> bytes:
        key = uri.removeprefix(f"s3://{BUCKET}/")
        body: bytes = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def archive(self, key: str, files: dict[str, str]) -> str:
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode="w:gz") as opened:
            for name, text in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(text.encode())
                opened.addfile(info, io.BytesIO(text.encode()))
        return self.put(key, target.getvalue())

    def members(self, uri: str) -> list[str]:
        with tarfile.open(fileobj=io.BytesIO(self.get(uri))) as opened:
            return opened.getnames()

    def log(self, group: str, prefix: str) -> str:
        events = self.running.client("logs").filter_log_events(logGroupName=group, logStreamNamePrefix=prefix)
        return "\n".join(event["message"] for event in events["events"])

    def endpoint(self, container: dict[str, Any]) -> str:
        """An endpoint in service with one container."""
        name = f"heavy-{uuid.uuid4().hex[:8]}"
        self.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        variant = {"VariantName": "one", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        self._endpoints.append(name)
        found = eventually(lambda: self._settled(name))
        assert found["EndpointStatus"] == "InService", found.get("FailureReason")
        return name

    def _settled(self, name: str) -> dict[str, Any] | None:
        found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=name)
        return found if found["EndpointStatus"] in {"InService", "Failed"} else None

    def invoke(self, name: str, body: str, content_type: str = "text/csv", **more: Any) -> str:
        answer = self.runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType=content_type, **more)
        text: str = answer["Body"].read().decode()
        return text

    def clean(self) -> None:
        for name in self._endpoints:
            self.sagemaker.delete_endpoint(EndpointName=name)
        self._endpoints.clear()


def eventually(condition: Callable[[], Any]) -> Any:
    """The first true result of `condition`."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.2)
    return pytest.fail(f"not within {_PATIENCE} seconds: {condition}")


def rows(count: int, seed: int = 0) -> list[list[str]]:
    """Plan, minutes and calls, and whether the customer left: many calls, or many minutes on the plan `basic`."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    made = []
    for _ in range(count):
        plan, minutes, calls = dice.choice(("basic", "plus", "max")), dice.gauss(100, 30), dice.randint(0, 9)
        score = (calls - 4) / 2 + (minutes - 100) / 30 * (plan == "basic") + dice.gauss(0, 0.3)
        made.append([plan, f"{minutes:.2f}", str(calls), "yes" if score > 0 else "no"])
    return made


def table(count: int, seed: int = 0) -> str:
    """Those rows as CSV with a header."""
    return "\n".join(",".join(row) for row in (["plan", "minutes", "calls", "left"], *rows(count, seed))) + "\n"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.LocalEngine]:
    started = local.start(tmp_path_factory.mktemp("heavy") / ".slipway", port=local.free_port(), clock_factor=60)
    share(started.home)
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    passing = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    statements = [
        {"Effect": "Allow", "Action": _ACTIONS, "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE, "Condition": passing},
    ]
    iam = started.client("iam")
    trusted = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="Heavy", AssumeRolePolicyDocument=trusted)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="Heavy", PolicyName="job", PolicyDocument=policy)
    started.client("s3").create_bucket(Bucket=BUCKET)
    yield started
    started.stop()


@pytest.fixture
def account(running: local.LocalEngine) -> Iterator[Account]:
    made = Account(running)
    yield made
    made.clean()
