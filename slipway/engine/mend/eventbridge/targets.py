"""The kinds of target: what each is called with, under whose identity, and how one is looked up.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine import journal
from slipway.engine.deliveries import queue_url
from slipway.engine.engine import current
from slipway.engine.mend.eventbridge import bus, inputs

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
    "SageMakerPipelineParameters",
}


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target; `event` is the whole of it, `payload` what the target gets."""

    engine: Engine
    caller: Caller
    target: Target
    payload: str
    event: str = "{}"

    @property
    def arn(self) -> str:
        """The target's ARN."""
        return str(self.target["Arn"])


@dataclass(frozen=True)
class Kind:
    """A kind of target; one that `needs_role` is called under the target's `RoleArn`.

    `look` makes a call that fails when the target is not there.
    """

    send: Callable[[Delivery], None]
    look: Callable[[Caller, str], object]
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
    delivery.caller.client("codepipeline").start_pipeline_execution(name=_name(delivery.arn), **extra)


def _list(value: Any) -> list[Any]:
    """AWS's own examples write a single revision as an object."""
    return value if isinstance(value, list) else [value]


def _build(delivery: Delivery) -> None:
    """The input, when there is one, holds StartBuild's parameters.

    docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
    """
    wanted = json.loads(delivery.payload) if "InputTransformer" in delivery.target or "Input" in delivery.target else {}
    wanted.pop("projectName", None)
    delivery.caller.client("codebuild").start_build(projectName=_project(delivery.arn), **wanted)


def _sagemaker_pipeline(delivery: Delivery) -> None:
    """The event itself is not handed over: a parameter's value may be a JSON path into it.

    docs.aws.amazon.com/eventbridge/latest/APIReference/API_SageMakerPipelineParameters.html
    """
    given = (delivery.target.get("SageMakerPipelineParameters") or {}).get("PipelineParameterList") or []
    event = json.loads(delivery.event)
    values = [{"Name": item["Name"], "Value": _parameter(item["Value"], event)} for item in given]
    client = delivery.caller.client("sagemaker")
    client.start_pipeline_execution(PipelineName=delivery.arn, PipelineParameters=values)


def _parameter(value: str, event: Any) -> str:
    if not (value.startswith("$.") and inputs.is_path(value)):
        return value
    found = inputs.at_path(event, value)
    return found if isinstance(found, str) else json.dumps(found)


def _log_group(delivery: Delivery) -> None:
    client, stream = delivery.caller.client("logs"), str(uuid.uuid4())
    client.create_log_stream(logGroupName=_group(delivery.arn), logStreamName=stream)
    event = {"timestamp": int(time.time() * 1000), "message": delivery.payload}
    client.put_log_events(logGroupName=_group(delivery.arn), logStreamName=stream, logEvents=[event])


def _event_bus(delivery: Delivery) -> None:
    """PutEvents would change the event; so it is allowed and journalled like that call, and goes on as it is."""
    entry = journal.Entry(secrets.token_hex(8), "events", "PutEvents", caller=delivery.caller.arn, status=403)
    with delivery.engine.journal.call(entry):
        delivery.caller.check("events:PutEvents", delivery.arn, {})
        bus.forward(delivery.arn, json.loads(delivery.event))
        entry.status = 200


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _project(arn: str) -> str:
    return arn.partition(":project/")[2]


def _group(arn: str) -> str:
    return arn.partition(":log-group:")[2].removesuffix(":*")


class Missing(LookupError):
    """A target that a list of its kind does not have."""


def _find_project(caller: Caller, arn: str) -> None:
    if not caller.client("codebuild").batch_get_projects(names=[_project(arn)])["projects"]:
        raise Missing(arn)


def _find_group(caller: Caller, arn: str) -> None:
    found = caller.client("logs").describe_log_groups(logGroupNamePrefix=_group(arn))["logGroups"]
    if _group(arn) not in {group["logGroupName"] for group in found}:
        raise Missing(arn)


KINDS: dict[str, Kind] = {
    "lambda": Kind(_function, lambda caller, arn: caller.client("lambda").get_function(FunctionName=arn)),
    "sqs": Kind(_queue, lambda caller, arn: caller.client("sqs").get_queue_url(QueueName=_name(arn))),
    "sns": Kind(_topic, lambda caller, arn: caller.client("sns").get_topic_attributes(TopicArn=arn)),
    "logs": Kind(_log_group, _find_group),
    "events": Kind(
        _event_bus,
        lambda caller, arn: caller.client("events").describe_event_bus(Name=arn.partition("/")[2]),
        needs_role=True,
    ),
    "states": Kind(
        _state_machine,
        lambda caller, arn: caller.client("stepfunctions").describe_state_machine(stateMachineArn=arn),
        needs_role=True,
    ),
    "codepipeline": Kind(
        _pipeline, lambda caller, arn: caller.client("codepipeline").get_pipeline(name=_name(arn)), needs_role=True
    ),
    "codebuild": Kind(_build, _find_project, needs_role=True),
    "sagemaker": Kind(
        _sagemaker_pipeline,
        lambda caller, arn: caller.client("sagemaker").describe_pipeline(PipelineName=arn),
        needs_role=True,
    ),
}


# Services of which only one kind of resource is a target.
_RESOURCES = {"events": "event-bus/", "sagemaker": "pipeline/"}


def kind(target: Target) -> Kind | None:
    """The kind of a target; None when it is not executed."""
    parts = str(target.get("Arn", "")).split(":", 5)
    if len(parts) < 6 or not parts[5].startswith(_RESOURCES.get(parts[2], "")):
        return None
    return KINDS.get(parts[2])


def refusal(target: Target) -> str:
    """Why a target cannot be put, empty when it can."""
    arn, found = str(target.get("Arn", "")), kind(target)
    if found is None:
        return f"Target {arn} is not executed here: targets are {', '.join(sorted(KINDS))}"
    elsewhere = [part for part in arn.split(":")[3:5] if part not in (current().region, current().account)]
    if elsewhere:
        return f"Target {arn} is in {elsewhere[0]}; only targets of this region and account are executed here"
    unknown = sorted(set(target) - _MEMBERS)
    if unknown:
        return f"{unknown[0]} of target {target.get('Id')} is not executed here"
    if found.needs_role and not target.get("RoleArn"):
        return f"RoleArn is required for target {arn}."
    fifo = arn.endswith(".fifo") and arn.split(":")[2] == "sqs"
    if fifo and not (target.get("SqsParameters") or {}).get("MessageGroupId"):
        return f"Parameter(s) SqsParameters must be specified for target: {target.get('Id')}."
    letters = (target.get("DeadLetterConfig") or {}).get("Arn", "")
    if letters and (letters.split(":")[2:3] != ["sqs"] or letters.endswith(".fifo")):
        return f"The dead-letter queue of target {target.get('Id')} must be a standard SQS queue."
    return inputs.refusal(target)
