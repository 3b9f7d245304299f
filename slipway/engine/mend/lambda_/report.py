"""What Lambda itself writes into a function's log: START, END and REPORT, as text or as JSON.

docs.aws.amazon.com/lambda/latest/dg/python-logging.html
docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slipway.engine.mend.lambda_.function import FunctionVersion


@dataclass
class Report:
    """One invocation, as its report tells it. `status` is success, error or timeout."""

    request_id: str
    seconds: float = 0.0
    memory_used: int = 0
    init_seconds: float | None = None
    status: str = "success"
    error_type: str = ""
    trace_id: str = ""

    @property
    def metrics(self) -> dict[str, Any]:
        """The numbers of platform.report."""
        return {"durationMs": round(self.seconds * 1000, 3), "billedDurationMs": math.ceil(self.seconds * 1000)}


def start_lines(function: FunctionVersion, request_id: str) -> Iterator[str]:
    """What stands before an invocation's own lines."""
    if function.log_format == "JSON":
        if function.system_level != "WARN":
            yield _platform("start", {"requestId": request_id, "version": function.version})
        return
    yield f"START RequestId: {request_id} Version: {function.version}"


def end_lines(function: FunctionVersion, report: Report) -> Iterator[str]:
    """What stands after them."""
    if function.log_format == "JSON":
        if function.system_level != "WARN" or report.status != "success":
            yield _platform("report", _record(function, report))
        return
    yield f"END RequestId: {report.request_id}"
    parts = [
        f"REPORT RequestId: {report.request_id}",
        f"Duration: {report.seconds * 1000:.2f} ms",
        f"Billed Duration: {report.metrics['billedDurationMs']} ms",
        f"Memory Size: {function.memory} MB",
        f"Max Memory Used: {report.memory_used} MB",
    ]
    if report.init_seconds is not None:
        parts.append(f"Init Duration: {report.init_seconds * 1000:.2f} ms")
    if report.status != "success":
        parts.append(f"Status: {report.status}")
    if report.error_type and report.status == "error":
        parts.append(f"Error Type: {report.error_type}")
    yield "\t".join(parts)
    if function.traced:
        fields = dict(part.split("=", 1) for part in report.trace_id.split(";"))
        yield f"XRAY TraceId: {fields['Root']}\tSegmentId: {fields['Parent']}\tSampled: true"


def _record(function: FunctionVersion, report: Report) -> dict[str, Any]:
    metrics = {**report.metrics, "memorySizeMB": function.memory, "maxMemoryUsedMB": report.memory_used}
    if report.init_seconds is not None:
        metrics["initDurationMs"] = round(report.init_seconds * 1000, 3)
    error = {"errorType": report.error_type} if report.error_type else {}
    return {"requestId": report.request_id, "metrics": metrics, "status": report.status, **error}


def _platform(kind: str, record: dict[str, Any]) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "type": f"platform.{kind}", "record": record})
