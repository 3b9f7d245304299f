"""Rules and their targets: what PutRule, PutTargets and the operations around them refuse.

docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.eventbridge import schedules, targets

_SERVICE = "services.eventbridge"
_MOST_TARGETS = 5
_NOTHING = {"State": "ENABLED", "Description": "", "RoleArn": "", "EventPattern": "", "ScheduleExpression": ""}

Data = dict[str, Any]
Response = tuple[int, dict[str, str], Any]
Operation = Callable[[Data], Response]


def refused(code: str, message: str) -> Response:
    """An error of EventBridge's."""
    response: Response = adapter.part("core.responses").error_response_json(code, message, 400)
    return response


def bus_of(data: Data) -> str:
    """The name of the bus that a request names by name or ARN."""
    return str(data.get("EventBusName") or "default").rpartition("/")[2]


def unknown_bus(data: Data) -> str:
    """Why the request's bus cannot be used, empty when it can."""
    events = adapter.part(_SERVICE)
    events._ensure_default_bus()
    name = str(data.get("EventBusName") or "default")
    known = bus_of(data) in events._event_buses
    elsewhere = name.startswith("arn:") and known and events._event_buses[bus_of(data)]["Arn"] != name
    return "" if known and not elsewhere else f"Event bus {name} does not exist."


def on_known_bus(operation: Operation) -> Operation:
    """An operation on a rule whose bus may be given by its ARN, and must be there."""

    def checked(data: Data) -> Response:
        reason = unknown_bus(data)
        return (
            refused("ResourceNotFoundException", reason)
            if reason
            else operation({**data, "EventBusName": bus_of(data)})
        )

    return checked


def schedule_refusal(schedule: str) -> str:
    """Why PutRule refuses a schedule, empty when it takes it."""
    return "" if schedules.is_valid(schedule) else "Parameter ScheduleExpression is not valid."


def pattern_refusal(pattern: str) -> str:
    """Why MiniStack's PutRule refuses an event pattern, empty when it takes it."""
    reason = adapter.part(_SERVICE)._event_pattern_error(pattern)
    return f"Event pattern is not valid. Reason: {reason}" if reason else ""


def put_rule(put: Operation) -> Operation:
    """PutRule: what it needs, and what an update without a member takes away."""

    def checked(data: Data) -> Response:
        schedule = str(data.get("ScheduleExpression") or "")
        if not schedule and not data.get("EventPattern"):
            return refused("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
        if schedule and bus_of(data) != "default":
            return refused("ValidationException", "ScheduleExpression is supported only on the default event bus.")
        if schedule and schedule_refusal(schedule):
            return refused("ValidationException", schedule_refusal(schedule))
        return put({**_NOTHING, **{member: value for member, value in data.items() if value is not None}})

    return checked


def delete_rule(delete: Operation) -> Operation:
    """DeleteRule: its targets come off first."""

    def checked(data: Data) -> Response:
        if _targets(data):
            return refused("ValidationException", "Rule can't be deleted since it has targets.")
        return delete(data)

    return checked


def of_known_rule(operation: Operation) -> Operation:
    """An operation whose rule must be there."""

    def checked(data: Data) -> Response:
        name = data.get("Name") or data.get("Rule")
        events = adapter.part(_SERVICE)
        if events._rule_key(name, bus_of(data)) not in events._rules:
            text = f"Rule {name} does not exist on EventBus {bus_of(data)}."
            return refused("ResourceNotFoundException", text)
        return operation(data)

    return checked


def put_targets(put: Operation) -> Operation:
    """PutTargets: every target must be one that is executed, and a rule has five at most."""

    def checked(data: Data) -> Response:
        added = data.get("Targets") or []
        reason = next(filter(None, (targets.refusal(target) for target in added)), "")
        if reason:
            return refused("ValidationException", reason)
        if len({target["Id"] for target in [*_targets(data), *added]}) > _MOST_TARGETS:
            text = "The requested resource exceeds the maximum number allowed."
            return refused("LimitExceededException", text)
        return put(data)

    return checked


def _targets(data: Data) -> list[Data]:
    events = adapter.part(_SERVICE)
    found: list[Data] = events._targets.get(events._rule_key(data.get("Name") or data.get("Rule"), bus_of(data))) or []
    return found
