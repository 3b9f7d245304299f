"""CloudWatch: MiniStack keeps metrics and alarms, this package evaluates the alarms.

What changes: an alarm looks at the data of its own dimensions, period by period, with its rule for missing data, and is
evaluated by the clock instead of when somebody asks; its actions are CloudWatch's own calls; periods, in alarms and
in reads, pass at the speed of the engine's clock; metric math and other actions are refused.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/WhatIsCloudWatch.html
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.cloudwatch import actions, alarms, dashboards

_SERVICE = "services.cloudwatch"
_SHORTEST_PERIOD = 1
Handler = Callable[..., Any]


def apply() -> None:
    """Put our functions in MiniStack's places and start evaluating."""
    replace = functools.partial(adapter.replace, _SERVICE)
    replace("_evaluate_alarm", lambda _: _nothing)
    replace("_evaluate_all_alarms", lambda _: _nothing)
    replace("_dispatch_alarm_actions", lambda _: actions.dispatch)
    replace("_put_metric_alarm", _checked)
    replace("_put_composite_alarm", _checked)
    replace("_get_metric_data", _scaled)
    replace("_get_metric_statistics", _scaled)
    replace("_put_dashboard", dashboards.put)
    replace("_validate_alarm_tag_arn", dashboards.tagged)
    current().spawn("alarms", alarms.run, current())


def _nothing(*_: Any) -> None:
    """Alarms are evaluated by the clock, not by whoever puts data or alarms."""


def _checked(put: Handler) -> Handler:
    def checked(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
        reason = actions.refusal(data)
        if reason:
            error = adapter.part(_SERVICE)._error
            return error("ValidationError", reason, 400, use_json=is_json, use_cbor=is_cbor)
        return put(params, data, is_cbor, is_json)

    return checked


def _scaled(get: Handler) -> Handler:
    """A read whose periods are in AWS's seconds; a data point's time is real, so a period is at least a real second."""

    def scaled(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
        form = {name: [_real(value[0])] if name.endswith("Period") else value for name, value in params.items()}
        asked = copy.deepcopy(data)
        for place in (asked, *(query.get("MetricStat") or {} for query in asked.get("MetricDataQueries") or [])):
            if "Period" in place:
                place["Period"] = int(_real(place["Period"]))
        return get(form, asked, is_cbor, is_json)

    return scaled


def _real(period: Any) -> str:
    return str(max(_SHORTEST_PERIOD, round(current().clock.real(int(period)))))
