"""The kinds of target: what each is called with, and under whose identity.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine.mend.lambda_.asynchronous import queue_url

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

PRINCIPAL = "events.amazonaws.com"
Target = dict[str, Any]
_MEMBERS = {
    "Id",
    "Arn",
    "RoleArn",
    "Input",
    "InputPath",
    "InputTransformer",
    "RetryPolicy",
    "DeadLetterConfig",
    "SqsParameters",
}


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target."""

    engine: Engine
    caller: Caller
    target: Target
    payload: str

    @property
    def arn(self) -> str:
        """The target's ARN."""
        return str(self.target["Arn"])


@dataclass(frozen=True)
class Kind:
    """A kind of target; one that `needs_role` is called under the target's `RoleArn`."""

    send: Callable[[Delivery], None]
    needs_role: bool = False


def _function(delivery: Delivery) -> None:
    client = delivery.caller.client("lambda")
    client.invoke(FunctionName=delivery.arn, InvocationType="Event", Payload=delivery.payload.encode())


def _queue(delivery: Delivery) -> None:
    group = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
    extra = {"MessageGroupId": group} if group else {}
    url = queue_url(delivery.engine, delivery.arn)
    delivery.caller.client("sqs").send_message(QueueUrl=url, MessageBody=delivery.payload, **extra)


def _topic(delivery: Delivery) -> None:
    delivery.caller.client("sns").publish(TopicArn=delivery.arn, Message=delivery.payload)


def _state_machine(delivery: Delivery) -> None:
    name = f"{uuid.uuid4()}_{uuid.uuid4()}"[:80]
    client = delivery.caller.client("stepfunctions")
    client.start_execution(stateMachineArn=delivery.arn, name=name, input=delivery.payload)


def _pipeline(delivery: Delivery) -> None:
    """The input may carry `sourceRevisions` and `variables`; an event that was not transformed has neither.

    docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
    """
    wanted = json.loads(delivery.payload) if "InputTransformer" in delivery.target or "Input" in delivery.target else {}
    extra = {key: _list(wanted[key]) for key in ("sourceRevisions", "variables") if wanted.get(key)}
    delivery.caller.client("codepipeline").start_pipeline_execution(name=delivery.arn.rpartition(":")[2], **extra)


def _list(value: Any) -> list[Any]:
    """AWS's own examples write a single revision as an object."""
    return value if isinstance(value, list) else [value]


def _build(delivery: Delivery) -> None:
    """The input, when there is one, holds StartBuild's parameters.

    docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
    """
    wanted = json.loads(delivery.payload) if "InputTransformer" in delivery.target or "Input" in delivery.target else {}
    wanted.pop("projectName", None)
    delivery.caller.client("codebuild").start_build(projectName=delivery.arn.partition(":project/")[2], **wanted)


def _log_group(delivery: Delivery) -> None:
    group = delivery.arn.partition(":log-group:")[2].removesuffix(":*")
    client, stream = delivery.caller.client("logs"), str(uuid.uuid4())
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": int(time.time() * 1000), "message": delivery.payload}
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


KINDS: dict[str, Kind] = {
    "lambda": Kind(_function),
    "sqs": Kind(_queue),
    "sns": Kind(_topic),
    "logs": Kind(_log_group),
    "states": Kind(_state_machine, needs_role=True),
    "codepipeline": Kind(_pipeline, needs_role=True),
    "codebuild": Kind(_build, needs_role=True),
}


def kind(target: Target) -> Kind | None:
    """The kind of a target; None when it is not executed."""
    parts = str(target.get("Arn", "")).split(":")
    return KINDS.get(parts[2]) if len(parts) > 5 else None


def refusal(target: Target) -> str:
    """Why a target cannot be put, empty when it can."""
    arn, found = target.get("Arn", ""), kind(target)
    if found is None:
        return f"Target {arn} is not executed here: targets are {', '.join(sorted(KINDS))}"
    unknown = sorted(set(target) - _MEMBERS)
    if unknown:
        return f"{unknown[0]} of target {target.get('Id')} is not executed here"
    if found.needs_role and not target.get("RoleArn"):
        return f"RoleArn is required for target {arn}."
    fifo = arn.endswith(".fifo") and arn.split(":")[2] == "sqs"
    if fifo and not (target.get("SqsParameters") or {}).get("MessageGroupId"):
        return f"Parameter(s) SqsParameters must be specified for target: {target.get('Id')}."
    return ""
