"""EventBridge: MiniStack keeps buses and rules and matches events, this package takes and delivers them.

What changes: a target is called by a real call under the rule's or target's role, or as events.amazonaws.com where the
target has a resource policy; what fails is retried, durably, and then sent to the dead-letter queue; targets and target
parameters that are not executed, and targets that are not there, are refused when they are put; schedules follow the
engine's clock.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.eventbridge import archives, delivery, entries, existence, rules, targets

_SERVICE = "services.eventbridge"
_TICK_SECONDS = 10.0
_SHORTEST_TICK = 0.25
_OF_A_RULE = ("_enable_rule", "_disable_rule", "_describe_rule", "_list_targets_by_rule", "_remove_targets")

Handle = Callable[..., Awaitable[rules.Response]]


def apply() -> None:
    """Put our functions in MiniStack's places."""
    replace = functools.partial(adapter.replace, _SERVICE)
    replace("_invoke_target", lambda _: delivery.deliver)
    replace("_put_events", lambda _: entries.put_events)
    replace("_put_rule", rules.put_rule)
    replace("_create_archive", archives.create_archive)
    replace("_delete_rule", rules.delete_rule)
    replace("_put_targets", rules.put_targets)
    for name in (*_OF_A_RULE, "_put_targets"):
        replace(name, rules.of_known_rule)
    for name in (*_OF_A_RULE, "_put_targets", "_put_rule", "_delete_rule", "_list_rules"):
        replace(name, rules.on_known_bus)
    replace("_events_log_list", lambda _: list)  # it would keep every event there was; nobody reads them
    replace("handle_request", _looking_first)
    replace("_parse_rate_seconds", _scaled)
    clock = current().clock
    replace("_SCHEDULER_TICK_INTERVAL", lambda _: max(_SHORTEST_TICK, clock.real(_TICK_SECONDS)))
    delivery.declare(current())


def _looking_first(handle: Handle) -> Handle:
    """PutTargets looks for the targets, in a thread since that makes calls."""

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> rules.Response:
        if headers.get("x-amz-target", "").endswith(".PutTargets"):
            reason = await asyncio.to_thread(_missing, json.loads(body or b"{}"))
            if reason:
                return rules.refused("ResourceNotFoundException", reason)
        return await handle(method, path, headers, body, query)

    return handled


def _missing(data: dict[str, Any]) -> str:
    put = [target for target in data.get("Targets") or [] if not targets.refusal(target)]
    return next(filter(None, (existence.refusal(current(), target) for target in put)), "")


def _scaled(parse: Callable[[str], int | None]) -> Callable[[str], float | None]:
    """`rate(…)` in real seconds; `cron(…)` names times of day, which the clock does not move."""

    def scaled(expression: str) -> float | None:
        seconds = parse(expression)
        return None if seconds is None else current().clock.real(seconds)

    return scaled
