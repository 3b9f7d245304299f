"""EventBridge: MiniStack keeps buses and rules and matches events, this package delivers them.

What changes: a target is called by a real call under the rule's or target's role, or as events.amazonaws.com where the
target has a resource policy; what fails is retried and then sent to the dead-letter queue; targets and target
parameters that are not executed are refused when they are put; schedules follow the engine's clock.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

import functools
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


def _scaled(parse: Callable[[str], int | None]) -> Callable[[str], float | None]:
    """`rate(…)` in real seconds; `cron(…)` names times of day, which the clock does not move."""

    def scaled(expression: str) -> float | None:
        seconds = parse(expression)
        return None if seconds is None else current().clock.real(seconds)

    return scaled


def _check_in_stacks() -> None:
    """CloudFormation's rules have their targets checked like PutTargets'."""
    handlers = adapter.part(_PROVISIONERS)._RESOURCE_HANDLERS
    rule = handlers["AWS::Events::Rule"]
    handlers["AWS::Events::Rule"] = {**rule, "create": _check_first(rule["create"])}


def _check_first(create: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(create)
    def checked(logical_id: str, properties: dict[str, Any], stack_name: str, *args: Any, **kwargs: Any) -> Any:
        for target in properties.get("Targets") or []:
            reason = targets.refusal(target)
            if reason:
                raise ValueError(reason)
        return create(logical_id, properties, stack_name, *args, **kwargs)

    return checked
