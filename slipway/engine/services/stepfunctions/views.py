"""Executions as the API shows them.

docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.engine.services.stepfunctions.records import moment, shown

# "executions that didn't complete successfully in the last 14 days"
REDRIVE_PERIOD = timedelta(days=14)
_WHOLE = {"included": True}


def described(record: Mapping[str, Any], *, with_data: bool) -> dict[str, Any]:
    """DescribeExecution's answer."""
    answer = listed(record)
    if with_data:
        answer |= shown(record, "input", "output", "error", "cause", "traceHeader")
        answer |= {f"{name}Details": _WHOLE for name in ("input", "output") if name in answer}
    status, reason = redrive_status(record)
    return {**answer, "redriveStatus": status, **({"redriveStatusReason": reason} if reason else {})}


def listed(record: Mapping[str, Any]) -> dict[str, Any]:
    """An item of ListExecutions."""
    names = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "redriveCount")
    return shown(record, *names, "redriveDate")


def redrive_status(record: Mapping[str, Any]) -> tuple[str, str]:
    """Whether an execution can be redriven, and why not."""
    if record["status"] in ("RUNNING", "SUCCEEDED"):
        return "NOT_REDRIVABLE", f"Execution is {record['status']} and cannot be redriven"
    if datetime.now(UTC) - moment(record["stopDate"]) > REDRIVE_PERIOD:
        return "NOT_REDRIVABLE", "Execution was not successful for more than 14 days and cannot be redriven"
    return "REDRIVABLE", ""
