"""The event of every status change of a standard execution, on the default bus.

docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.services.stepfunctions.views import redrive_status

_DETAIL_TYPE = "Step Functions Execution Status Change"
# Larger inputs and outputs are left out of the event.
_PAYLOAD_BYTES = 248 * 1024


def emit_status(engine: Engine, record: dict[str, Any]) -> None:
    """Emit the execution's present status."""
    arn = record["executionArn"]
    engine.emit("aws.states", _DETAIL_TYPE, _detail(record), [arn])


def _detail(record: dict[str, Any]) -> dict[str, Any]:
    detail: dict[str, Any] = {name: record.get(name) for name in ("executionArn", "stateMachineArn", "name", "status")}
    detail |= {name: _milliseconds(record.get(name)) for name in ("startDate", "stopDate")}
    for name in ("input", "output"):
        payload = record.get(name)
        fits = payload is not None and len(payload.encode()) <= _PAYLOAD_BYTES
        detail[name] = payload if fits else None
        detail[f"{name}Details"] = {"included": fits} if payload is not None else None
    detail |= {name: record.get(name) for name in ("error", "cause")}
    detail |= {"stateMachineVersionArn": None, "stateMachineAliasArn": None}
    detail |= {"redriveCount": record["redriveCount"], "redriveDate": _milliseconds(record.get("redriveDate"))}
    status, reason = redrive_status(record)
    return {**detail, "redriveStatus": status, "redriveStatusReason": reason or None}


def _milliseconds(moment: str | None) -> int | None:
    return int(datetime.fromisoformat(moment).timestamp() * 1000) if moment else None
