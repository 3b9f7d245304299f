"""An execution's history in CloudWatch Logs, at the level of the state machine's `loggingConfiguration`.

Step Functions hands its events to CloudWatch Logs' own delivery, which writes on its own account; what the machine's
role needs is the right to set that up, checked when the machine is made.
docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.logs import LogStream

DELIVERY = "delivery.logs.amazonaws.com"
# docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
ROLE_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
_FATAL = ("ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
_ERRORS = ("Failed", "TimedOut", "Aborted")
_DATA = frozenset({"input", "output", "parameters", "cause"})


class ExecutionLog:
    """Writes one execution's events to one log group, or nowhere."""

    def __init__(self, record: dict[str, Any], level: str, with_data: bool, stream: LogStream | None) -> None:
        self._arn = record["executionArn"]
        self._level = level
        self._with_data = with_data
        self._stream = stream

    def write(self, event: dict[str, Any]) -> None:
        """Write an event if the level asks for it."""
        if self._stream is not None and _wanted(self._level, event["type"]):
            self._stream.write(json.dumps(self._line(event)))

    def close(self) -> None:
        """Send what is left."""
        if self._stream is not None:
            self._stream.close()

    def _line(self, event: dict[str, Any]) -> dict[str, Any]:
        details: dict[str, Any] = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
        shown = {name: value for name, value in details.items() if self._with_data or name not in _DATA}
        return {
            "id": str(event["id"]),
            "type": event["type"],
            "details": shown,
            "previous_event_id": str(event.get("previousEventId", 0)),
            "event_timestamp": str(int(datetime.fromisoformat(event["timestamp"]).timestamp() * 1000)),
            "execution_arn": self._arn,
        }


def open_log(engine: Engine, machine: dict[str, Any], record: dict[str, Any]) -> ExecutionLog:
    """The log of an execution; writes nothing when the machine logs nothing."""
    configuration = machine.get("loggingConfiguration") or {}
    level, group = configuration.get("level", "OFF"), log_group(configuration)
    stream = None
    if level != "OFF" and group:
        caller = partial(engine.as_service, DELIVERY, record["executionArn"])
        minute = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M")
        stream = LogStream(caller, group, f"states/{machine['name']}/{minute}/{record['name']}")
    return ExecutionLog(record, level, bool(configuration.get("includeExecutionData")), stream)


def log_group(configuration: dict[str, Any]) -> str:
    """The name of the group that a configuration sends to, empty when it has none."""
    for destination in configuration.get("destinations", []):
        arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
        return str(arn.partition(":log-group:")[2].removesuffix(":*"))
    return ""


def _wanted(level: str, kind: str) -> bool:
    if level == "ALL":
        return True
    return kind.endswith(_ERRORS) if level == "ERROR" else kind in _FATAL
