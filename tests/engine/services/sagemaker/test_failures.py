"""The words of FailureReason, and what a log's metrics are."""

from __future__ import annotations

import pytest

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.failures import AlgorithmFailure
from slipway.engine.services.sagemaker.metrics import LogMetrics

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html")


def test_a_long_failure_keeps_its_exit_code_within_1024_characters() -> None:
    reason = str(AlgorithmFailure("x" * 3000, 1))
    assert len(reason) == 1024
    assert reason.endswith("x, exit code: 1")


def test_the_last_value_counts_and_text_is_passed_over() -> None:
    metrics = LogMetrics([{"Name": "loss", "Regex": r"loss=(\S+)"}])
    for line in ("loss=0.5", "nothing", "loss=soon", "loss=0.25 loss=1e-3"):
        metrics.read(line)
    assert [(item["MetricName"], item["Value"]) for item in metrics.final()] == [("loss", 0.001)]


def test_a_metric_without_a_group_is_refused() -> None:
    with pytest.raises(AwsError, match="of the metric 'loss' has no group that captures the value"):
        LogMetrics([{"Name": "loss", "Regex": "loss="}])
