"""The metrics of AWS/Lambda, counted where functions run, whoever invokes them.

docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.engine.service_metrics import ServiceMetrics

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_NAMESPACE = "AWS/Lambda"
_PRINCIPAL = "lambda.amazonaws.com"


class FunctionMetrics:
    """What functions did, by function and for all of them."""

    def __init__(self, engine: Engine) -> None:
        self._metrics = ServiceMetrics(engine, _PRINCIPAL, _NAMESPACE)

    def invoked(self, function: str, seconds: float, *, failed: bool) -> None:
        """One run of the handler."""
        self._record("Invocations", 1, "Count", function)
        self._record("Errors", int(failed), "Count", function)
        self._record("Duration", seconds * 1000, "Milliseconds", function)

    def throttled(self, function: str) -> None:
        """An invocation for which there was no concurrency."""
        self._record("Throttles", 1, "Count", function)

    def dead_letter_failed(self, function: str) -> None:
        """An event that could not be sent to the dead-letter queue."""
        self._record("DeadLetterErrors", 1, "Count", function)

    def destination_failed(self, function: str) -> None:
        """A record that could not be sent to its destination."""
        self._record("DestinationDeliveryFailures", 1, "Count", function)

    def _record(self, name: str, value: float, unit: str, function: str) -> None:
        self._metrics.record(name, value, unit, {"FunctionName": function})
        self._metrics.record(name, value, unit, {})
