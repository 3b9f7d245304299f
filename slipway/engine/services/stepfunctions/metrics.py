"""The metrics of AWS/States about executions.

docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.once import once
from slipway.engine.service_metrics import ServiceMetrics
from slipway.engine.services.stepfunctions.records import moment
from slipway.engine.services.stepfunctions.run import PRINCIPAL

_ENDS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}


@once
def _metrics(engine: Engine) -> ServiceMetrics:
    return ServiceMetrics(engine, PRINCIPAL, "AWS/States")


def began(engine: Engine, record: dict[str, Any]) -> None:
    """An execution was started, or redriven."""
    name = "ExecutionsRedriven" if record["redriveCount"] else "ExecutionsStarted"
    _metrics(engine).record(name, 1, "Count", _of(record))


def ended(engine: Engine, record: dict[str, Any]) -> None:
    """An execution came to one of its ends; the other ends have not happened."""
    metrics = _metrics(engine)
    for status, name in _ENDS.items():
        metrics.record(name, int(status == record["status"]), "Count", _of(record))
    took = moment(record["stopDate"]) - moment(record.get("redriveDate") or record["startDate"])
    metrics.record("ExecutionTime", took.total_seconds() * 1000, "Milliseconds", _of(record))


def _of(record: dict[str, Any]) -> dict[str, str]:
    return {"StateMachineArn": str(record["stateMachineArn"])}
