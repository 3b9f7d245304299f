"""What these tests put into an account: roles, functions, queues; and patience."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import pytest

ACCOUNT = "111122223333"
EVERYTHING_LOGGED = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}


def eventually(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true result of `condition`; the test fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    return pytest.fail(f"not within {seconds} seconds: {condition}")


def role(engine: Any, name: str, service: str, statements: Iterable[dict[str, Any]] = ()) -> str:
    """A role that `service` may assume; its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    iam = engine.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=policy)
    return arn


def archive(source: str) -> bytes:
    """A deployment package with one module, `handler.py`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        opened.writestr("handler.py", source)
    return target.getvalue()


def function(engine: Any, name: str, source: str, statements: Iterable[dict[str, Any]] = (), **more: Any) -> str:
    """A function with a role of its own; its ARN."""
    role_arn = role(engine, name, "lambda.amazonaws.com", [EVERYTHING_LOGGED, *statements])
    answer = engine.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.handler",
        Role=role_arn,
        Code={"ZipFile": archive(source)},
        # The three seconds that AWS gives unasked are too few where others want the same core.
        **{"Timeout": 20, **more},
    )
    arn: str = answer["FunctionArn"]
    return arn


def invoke(engine: Any, name: str, event: Any = None, **more: Any) -> tuple[Any, dict[str, Any]]:
    """The payload and the whole answer of an invocation."""
    answer = engine.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode(), **more)
    return json.loads(answer["Payload"].read() or b"null"), answer


def queue(engine: Any, name: str, **attributes: str) -> tuple[str, str]:
    """A queue; its URL and ARN."""
    sqs = engine.client("sqs")
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def let_in(engine: Any, url: str, arn: str, service: str, source_arn: str) -> None:
    """Let a service send to a queue on behalf of something."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    engine.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def messages(engine: Any, url: str) -> list[dict[str, Any]]:
    """What is in a queue."""
    answer = engine.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], WaitTimeSeconds=1
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def log(engine: Any, group: str) -> list[str]:
    """The lines of a log group; none while it does not exist."""
    logs = engine.client("logs")
    try:
        return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def journal(engine: Any) -> list[dict[str, Any]]:
    """Every call so far."""
    return [json.loads(line) for line in (engine.home / "journal.jsonl").read_text().splitlines()]


def summed(engine: Any, namespace: str, name: str, **dimensions: str) -> Any:
    """The sum of a metric of these last minutes, once there is one."""
    now = time.time()

    def read() -> Any:
        points = engine.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - 600,
            EndTime=now + 600,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    return eventually(read)
