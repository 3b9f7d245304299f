"""What a variant's counts become as metric data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.sagemaker.hosting.metrics import VariantMetrics

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoint-invocation"
)


def test_counts_are_taken_once() -> None:
    metrics = VariantMetrics()
    metrics.count(status=200, instances=2, model_seconds=0.001, overhead_seconds=0.0)
    data = {item["MetricName"]: item for item in metrics.take("e", "v")}
    assert data["Invocations"]["Values"] == [1.0]
    assert data["InvocationsPerInstance"]["Values"] == [0.5]
    assert data["ModelLatency"]["Values"] == [1000.0]
    assert data["ModelLatency"]["Unit"] == "Microseconds"
    assert data["Invocations"]["Dimensions"] == [
        {"Name": "EndpointName", "Value": "e"},
        {"Name": "VariantName", "Value": "v"},
    ]
    again = metrics.take("e", "v")
    assert [(item["MetricName"], item["Values"]) for item in again] == [("InvocationsPerInstance", [0.0])]


@given(st.lists(st.tuples(st.integers(200, 599), st.floats(0, 60)), min_size=1, max_size=400))
def test_no_datum_has_more_values_than_cloudwatch_takes_and_none_is_lost(calls: list[tuple[int, float]]) -> None:
    metrics = VariantMetrics()
    for status, seconds in calls:
        metrics.count(status=status, instances=1, model_seconds=seconds, overhead_seconds=0.0)
    data = metrics.take("e", "v")
    assert all(len(item["Values"]) <= 150 for item in data)
    for name in ("Invocations", "ModelLatency", "Invocation5XXErrors"):
        assert sum(sum(item["Counts"]) for item in data if item["MetricName"] == name) == len(calls)
