"""From a matched event to the target: input, identity, retries, dead-letter queue.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine import adapter
from slipway.engine.engine import Engine, current
from slipway.engine.errors import AccessDenied
from slipway.engine.mend.eventbridge import targets
from slipway.engine.mend.lambda_.asynchronous import queue_url

DEFAULT_ATTEMPTS = 185
DEFAULT_AGE_SECONDS = 86400
LONGEST_PAUSE_SECONDS = 900
_RETRIED = ("Throttl", "TooManyRequests", "LimitExceeded", "ServiceUnavailable", "InternalError", "InternalFailure")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """Why a delivery failed, in the words of a dead-letter message."""

    code: str
    message: str
    retried: bool


def deliver(target: targets.Target, event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
    """Deliver in the background; MiniStack calls this for every target of a rule that matched."""
    engine = current()
    view = view or adapter.part("services.eventbridge")._pattern_event_view(event)
    original = json.dumps(view.event_with_detail())
    payload = _input(target, rule, view, original)
    engine.spawn(f"event to {target['Arn']}", _deliver, engine, target, rule, payload, original)


def _input(target: targets.Target, rule: dict[str, Any], view: Any, original: str) -> str:
    """What the target gets: the transformed, constant or partial event, else all of it."""
    if target.get("InputTransformer"):
        service = adapter.part("services.eventbridge")
        return str(service._apply_input_transformer(target["InputTransformer"], rule, view))
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        return json.dumps(at_path(json.loads(original), target["InputPath"]))
    return original


def at_path(event: Any, path: str) -> Any:
    """The part of an event at a JSON path of names; None when there is none.

    docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets-input.html
    """
    for name in path.removeprefix("$").strip(".").split("."):
        if name:
            event = event.get(name) if isinstance(event, dict) else None
    return event


def _deliver(engine: Engine, target: targets.Target, rule: dict[str, Any], payload: str, original: str) -> None:
    policy = target.get("RetryPolicy") or {}
    allowed = policy.get("MaximumRetryAttempts", DEFAULT_ATTEMPTS)
    until = time.monotonic() + engine.clock.real(policy.get("MaximumEventAgeInSeconds", DEFAULT_AGE_SECONDS))
    retries = 0
    while (failure := _attempt(engine, target, rule, payload)) is not None:
        pause = engine.clock.real(min(2**retries, LONGEST_PAUSE_SECONDS))
        late = time.monotonic() + pause > until
        if not failure.retried or retries >= allowed or late:
            exhausted = "" if not failure.retried else "MaximumEventAgeInSeconds" if late else "MaximumRetryAttempts"
            _give_up(engine, target, rule, original, failure, retries, exhausted)
            return
        engine.stopping.wait(pause)
        retries += 1


def _attempt(engine: Engine, target: targets.Target, rule: dict[str, Any], payload: str) -> Failure | None:
    """One call of the target; None when it was taken."""
    kind = targets.kind(target)
    if kind is None:
        return Failure("NO_RESOURCE", f"{target['Arn']} is no target that is executed here", retried=False)
    try:
        if target.get("RoleArn"):
            caller = engine.as_role(target["RoleArn"], targets.PRINCIPAL, rule["Name"][:64], rule["Arn"])
        else:
            caller = engine.as_service(targets.PRINCIPAL, rule["Arn"])
        kind.send(targets.Delivery(engine, caller, target, payload))
    except AccessDenied as error:
        return Failure("NO_PERMISSIONS", error.message, retried=False)
    except ClientError as error:
        return failure_of(error)
    except (BotoCoreError, ValueError) as error:
        return Failure("SDK_CLIENT_ERROR", str(error), retried=False)
    return None


def failure_of(error: ClientError) -> Failure:
    """Missing permissions and missing targets are not tried again; throttling and the target's own faults are."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if "AccessDenied" in code or status == 403:
        return Failure("NO_PERMISSIONS", message, retried=False)
    if "NotFound" in code or "NonExistent" in code or "DoesNotExist" in code:
        return Failure("NO_RESOURCE", message, retried=False)
    if status >= 500 or status == 429 or any(word in code for word in _RETRIED):
        return Failure("THROTTLING" if status < 500 else "INTERNAL_ERROR", message, retried=True)
    return Failure("SDK_CLIENT_ERROR", f"{code}: {message}", retried=False)


def _give_up(
    engine: Engine,
    target: targets.Target,
    rule: dict[str, Any],
    event: str,
    failure: Failure,
    retries: int,
    exhausted: str,
) -> None:
    """Send the event to the dead-letter queue, or drop it as AWS does; either way it is in the engine's log."""
    logger.warning("rule %s could not deliver to %s: %s", rule["Name"], target["Arn"], failure.message)
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    values = {
        "RULE_ARN": rule["Arn"],
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": failure.message,
        "RETRY_ATTEMPTS": str(retries),
        **({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {}),
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
    client = engine.as_service(targets.PRINCIPAL, rule["Arn"]).client("sqs")
    try:
        client.send_message(QueueUrl=queue_url(engine, queue), MessageBody=event, MessageAttributes=attributes)
    except ClientError as error:
        logger.warning("rule %s could not use its dead-letter queue: %s", rule["Name"], error)
