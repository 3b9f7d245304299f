"""The service object, and what every operation needs: alarms by name, their ARNs, the metric data on disk."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from slipway.engine import paging
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service
from slipway.engine.services.cloudwatch.points import Dimensions, Points
from slipway.engine.store import Record, Table

SERVICE = Service("cloudwatch")
METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
Item = TypeVar("Item")
_OURS = ("type", "tags", "children")


def alarms(engine: Engine) -> Table:
    """Alarms of both kinds by name: members of AWS's shape, and `type`, `tags`, a composite's `children`."""
    return engine.store("cloudwatch").table("alarms")


def dashboards(engine: Engine) -> Table:
    """Dashboards by name: body, time of the last change, tags."""
    return engine.store("cloudwatch").table("dashboards")


def dashboard_arn(engine: Engine, name: str) -> str:
    """A dashboard's ARN, which has no region."""
    return f"arn:aws:cloudwatch::{engine.account}:dashboard/{name}"


def points(engine: Engine) -> Points:
    """Metric data."""
    return _opened(engine.home / "state" / "metrics.db")


@functools.cache
def _opened(path: Path) -> Points:
    return Points(path)


def alarm_arn(engine: Engine, name: str) -> str:
    """An alarm's ARN."""
    return engine.arn("cloudwatch", f"alarm:{name}")


def arn_of_alarm(call: Call) -> str:
    """For `resource=`: the alarm that AlarmName names."""
    return alarm_arn(call.engine, call.params["AlarmName"])


def arns_of_alarms(call: Call) -> list[str]:
    """For `resource=`: the alarms that AlarmNames names, or all of them."""
    return [alarm_arn(call.engine, name) for name in call.params.get("AlarmNames") or ["*"]]


def dimensions_of(given: Sequence[Mapping[str, str]]) -> Dimensions:
    """Dimensions as name and value, by name."""
    return tuple(sorted((dimension["Name"], dimension["Value"]) for dimension in given))


def shown(dimensions: Dimensions) -> list[dict[str, str]]:
    """Dimensions as members of AWS's shape."""
    return [{"Name": name, "Value": value} for name, value in dimensions]


def visible(record: Record) -> dict[str, Any]:
    """An alarm as DescribeAlarms shows it."""
    return {name: value for name, value in record.items() if name not in _OURS}


def invalid(message: str, code: str = "ValidationError") -> AwsError:
    """A request that CloudWatch does not take."""
    return AwsError(code, message, status=400)


def page(call: Call, items: Sequence[Item], most: int) -> tuple[list[Item], dict[str, str]]:
    """The page that `NextToken` asks for, of at most `most` items, and the answer's `NextToken` if there is a next."""
    wrong = AwsError("InvalidNextToken", "The next token is invalid")
    found, following = paging.page(items, call.params.get("NextToken"), most, wrong)
    return found, {"NextToken": following} if following else {}
