"""An endpoint's invocation metrics, counted here and published to CloudWatch in the namespace AWS/SageMaker.

docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoint-invocation
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.service import PRINCIPAL

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

NAMESPACE = "AWS/SageMaker"
PERIOD_SECONDS = 60
# docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html says what asynchronous endpoints do not publish.
NOT_ASYNCHRONOUS = frozenset({"Invocations", "InvocationsPerInstance", "OverheadLatency"})
_DIGITS = 2
_MOST_VALUES = 150
_TIMES = ("Latency", "Time", "TimeInBacklog")

# By the metric's name and the container's, which is empty for what the variant as a whole counts.
_Values = dict[tuple[str, str], Counter[float]]


class VariantMetrics:
    """What one variant has counted since it was last read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: _Values = {}

    def count(self, *, status: int, instances: int, model_seconds: float, overhead_seconds: float) -> None:
        """One invocation: the container's HTTP status, the instances there were, and where its time went."""
        with self._lock:
            self._add("Invocations", 1.0)
            self._add("InvocationsPerInstance", 1.0 / max(1, instances))
            self._add("Invocation4XXErrors", float(400 <= status < 500))
            self._add("Invocation5XXErrors", float(status >= 500))
            self._add("ModelLatency", _microseconds(model_seconds))
            self._add("OverheadLatency", _microseconds(overhead_seconds))

    def count_more(self, seconds: dict[str, float], observed: dict[str, float]) -> None:
        """How long each container of an inference pipeline took, and what else was observed, times in seconds.

        docs.aws.amazon.com/sagemaker/latest/dg/inference-pipeline-logs-metrics.html
        docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-cloudwatch-metrics.html
        """
        with self._lock:
            if len(seconds) > 1:
                for container, took in seconds.items():
                    self._add("ContainerLatency", _microseconds(took), container)
            for name, value in observed.items():
                self._add(name, _in_unit(name, value))

    def _add(self, name: str, value: float, container: str = "") -> None:
        self._values.setdefault((name, container), Counter())[value] += 1

    def take(self, endpoint: str, variant: str) -> list[dict[str, Any]]:
        """What was counted, as PutMetricData's MetricData, and begin again.

        A variant that nobody calls any more reports no invocations, so that it can be scaled in.
        docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html
        """
        with self._lock:
            values, self._values = self._values, {}
        values.setdefault(("InvocationsPerInstance", ""), Counter({0.0: 1}))
        own = {"EndpointName": endpoint, "VariantName": variant}
        return [
            datum
            for (name, container), counts in values.items()
            for datum in _data(name, counts, {**own, "ContainerName": container} if container else own)
        ]


def _microseconds(seconds: float) -> float:
    """Microseconds to two digits: exact enough for a percentile, and few enough values for one datum."""
    return float(f"{max(seconds, 0.0) * 1e6:.{_DIGITS - 1}e}")


def _unit(name: str) -> str:
    if name == "TotalProcessingTime":
        return "Milliseconds"
    if name == "ApproximateAgeOfOldestRequest":
        return "Seconds"
    if name.startswith(("ApproximateBacklogSize", "HasBacklog")):
        return "Count"
    return "Microseconds" if name.endswith(_TIMES) else "None"


def _in_unit(name: str, value: float) -> float:
    """Seconds as the metric's unit has them; a count as it is."""
    match _unit(name):
        case "Microseconds":
            return _microseconds(value)
        case "Milliseconds":
            return _microseconds(value) / 1000
        case _:
            return value


def _data(name: str, counts: Counter[float], dimensions: dict[str, str]) -> list[dict[str, Any]]:
    pairs = list(counts.items())
    return [
        {
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Values": [value for value, _ in pairs[start : start + _MOST_VALUES]],
            "Counts": [float(count) for _, count in pairs[start : start + _MOST_VALUES]],
            "Unit": _unit(name),
        }
        for start in range(0, len(pairs), _MOST_VALUES)
    ]


def endpoint_data(endpoint: str, values: dict[str, float]) -> list[dict[str, Any]]:
    """Figures of an endpoint as a whole, as PutMetricData takes them."""
    own = {"EndpointName": endpoint}
    return [datum for name, value in values.items() for datum in _data(name, Counter({value: 1}), own)]


def publish(engine: Engine, data: list[dict[str, Any]]) -> None:
    """Put metric data as SageMaker itself does."""
    if data:
        engine.as_service(PRINCIPAL).client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


def period(engine: Engine) -> float:
    """Real seconds between two publications: CloudWatch's minute, shortened by the clock factor."""
    return max(0.2, engine.clock.real(PERIOD_SECONDS))
