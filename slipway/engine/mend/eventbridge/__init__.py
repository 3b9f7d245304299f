"""EventBridge: MiniStack keeps buses and rules and matches events, this package delivers them.

What changes: a target is called by a real call under the rule's or target's role, or as events.amazonaws.com where the
target has a resource policy; what fails is retried and then sent to the dead-letter queue; targets and target
parameters that are not executed are refused when they are put; schedules follow the engine's clock.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.eventbridge import delivery, targets

_SERVICE = "services.eventbridge"
_TICK_SECONDS = 10.0
_SHORTEST_TICK = 0.25
_PROVISIONERS = "services.cloudformation.provisioners"


def apply() -> None:
    """Put our functions in MiniStack's places."""
    adapter.replace(_SERVICE, "_invoke_target", lambda _: delivery.deliver)
    adapter.replace(_SERVICE, "_validate_target_arn", _checked)
    adapter.replace(_SERVICE, "_put_rule", _on_known_bus)
    adapter.replace(_SERVICE, "_parse_rate_seconds", _scaled)
    clock = current().clock
    adapter.replace(_SERVICE, "_SCHEDULER_TICK_INTERVAL", lambda _: max(_SHORTEST_TICK, clock.real(_TICK_SECONDS)))
    _check_in_stacks()


def _checked(validate: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    def checked(target: dict[str, Any]) -> Any:
        refused = validate(target)
        reason = targets.refusal(target)
        if refused is not None or not reason:
            return refused
        return adapter.part("core.responses").error_response_json("ValidationException", reason, 400)

    return checked


def _on_known_bus(put: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """PutRule: a rule on a bus that is not there is refused."""

    def checked(data: dict[str, Any]) -> Any:
        reason = _unknown_bus(data)
        if reason:
            return adapter.part("core.responses").error_response_json("ResourceNotFoundException", reason, 400)
        return put(data)

    return checked


def _unknown_bus(rule: dict[str, Any]) -> str:
    events = adapter.part(_SERVICE)
    events._ensure_default_bus()
    bus = str(rule.get("EventBusName") or "default").rpartition("/")[2]
    return "" if bus in events._event_buses else f"Event bus {bus} does not exist."


def _scaled(parse: Callable[[str], int | None]) -> Callable[[str], float | None]:
    """`rate(…)` in real seconds; `cron(…)` names times of day, which the clock does not move."""

    def scaled(expression: str) -> float | None:
        seconds = parse(expression)
        return None if seconds is None else current().clock.real(seconds)

    return scaled


def _invalid(rule: dict[str, Any]) -> str:
    """What PutRule would say to the rule's pattern and schedule."""
    events = adapter.part(_SERVICE)
    pattern, schedule = rule.get("EventPattern"), rule.get("ScheduleExpression")
    if pattern and (
        reason := events._event_pattern_error(pattern if isinstance(pattern, str) else json.dumps(pattern))
    ):
        return f"Event pattern is not valid. Reason: {reason}"
    if schedule and not events._validate_schedule_expression(schedule):
        return "Parameter ScheduleExpression is not valid."
    return ""


def _check_in_stacks() -> None:
    """CloudFormation's rules have their targets checked like PutTargets'."""
    handlers = adapter.part(_PROVISIONERS)._RESOURCE_HANDLERS
    rule = handlers["AWS::Events::Rule"]
    handlers["AWS::Events::Rule"] = {**rule, "create": _check_first(rule["create"])}


def _check_first(create: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(create)
    def checked(logical_id: str, properties: dict[str, Any], stack_name: str, *args: Any, **kwargs: Any) -> Any:
        reasons = [_unknown_bus(properties), _invalid(properties)]
        reasons += [targets.refusal(target) for target in properties.get("Targets") or []]
        for reason in filter(None, reasons):
            raise ValueError(reason)
        return create(logical_id, properties, stack_name, *args, **kwargs)

    return checked
