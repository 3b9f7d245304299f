"""What happened to alarms, newest first, kept 30 days.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.service import Call
from slipway.engine.services.cloudwatch.service import METRIC, SERVICE, alarm_arn, page
from slipway.engine.store import Record, Table

_KEPT_SECONDS = 30 * 24 * 3600
_PAGE = 100


def _items(engine: Engine) -> Table:
    return engine.store("cloudwatch").table("history")


@SERVICE.on_start
def forget_old_items(engine: Engine) -> None:
    """Remove what is older than AWS keeps."""
    for key, item in list(_items(engine).items()):
        if item["Timestamp"] < time.time() - _KEPT_SECONDS:
            del _items(engine)[key]


def note(engine: Engine, record: Record, kind: str, summary: str, data: Mapping[str, Any]) -> None:
    """Add an item about an alarm; `kind` is ConfigurationUpdate, StateUpdate or Action."""
    _items(engine)[secrets.token_hex(8)] = {
        "AlarmName": record["AlarmName"],
        "AlarmType": record["type"],
        "Timestamp": time.time(),
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps(data),
    }


def note_state(engine: Engine, record: Record, before: str) -> None:
    """Add that an alarm changed its state."""
    after = record["StateValue"]
    data = {
        "version": "1.0",
        "oldState": {"stateValue": before},
        "newState": {"stateValue": after, "stateReason": record["StateReason"]},
    }
    note(engine, record, "StateUpdate", f"Alarm updated from {before} to {after}", data)


@SERVICE.operation(
    "DescribeAlarmHistory", resource=lambda call: alarm_arn(call.engine, call.params.get("AlarmName", "*"))
)
def describe_alarm_history(call: Call) -> dict[str, Any]:
    """Items of one alarm or of all."""
    params = call.params
    newest_first = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    found = [item for item in _items(call.engine).values() if _asked(item, params)]
    found.sort(key=lambda item: item["Timestamp"], reverse=newest_first)
    items, following = page(call, found, params.get("MaxRecords", _PAGE))
    return {"AlarmHistoryItems": items, **following}


def _asked(item: Record, params: Mapping[str, Any]) -> bool:
    return (
        item["AlarmName"] == params.get("AlarmName", item["AlarmName"])
        and item["AlarmType"] in params.get("AlarmTypes", [METRIC])
        and item["HistoryItemType"] == params.get("HistoryItemType", item["HistoryItemType"])
        and ("StartDate" not in params or item["Timestamp"] >= params["StartDate"].timestamp())
        and ("EndDate" not in params or item["Timestamp"] <= params["EndDate"].timestamp())
    )
