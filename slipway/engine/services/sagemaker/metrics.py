"""A training job's metrics: what its MetricDefinitions find in its log.

docs.aws.amazon.com/sagemaker/latest/dg/define-train-metrics.html
"""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.engine.services.sagemaker.service import invalid

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

NAMESPACE = "/aws/sagemaker/TrainingJobs"
_BATCH = 500


def compiled(definitions: list[dict[str, str]]) -> dict[str, re.Pattern[str]]:
    """Each metric's regular expression; it must capture the value."""
    patterns = {}
    for definition in definitions:
        name, text = definition["Name"], definition["Regex"]
        try:
            pattern = re.compile(text)
        except re.error as error:
            raise invalid(f"The regular expression {text!r} of the metric {name!r} is not valid: {error}") from error
        if pattern.groups < 1:
            raise invalid(
                f"The regular expression {text!r} of the metric {name!r} has no group that captures the value"
            )
        patterns[name] = pattern
    return patterns


class LogMetrics:
    """Reads every line of a job's log; keeps each metric's last value, and all of them for CloudWatch."""

    def __init__(self, definitions: list[dict[str, str]]) -> None:
        self._patterns = compiled(definitions)
        self._last: dict[str, tuple[float, float]] = {}
        self._all: list[tuple[str, float, float]] = []
        self._lock = threading.Lock()

    def read(self, line: str) -> None:
        """Look for every metric in `line`; a captured text that is no number is passed over."""
        for name, pattern in self._patterns.items():
            for match in pattern.finditer(line):
                self._keep(name, match[1])

    def _keep(self, name: str, text: str | None) -> None:
        try:
            value = float(text or "")
        except ValueError:
            return
        with self._lock:
            self._last[name] = (value, time.time())
            self._all.append((name, *self._last[name]))

    def final(self) -> list[dict[str, Any]]:
        """FinalMetricDataList: the last value of each metric."""
        with self._lock:
            return [{"MetricName": name, "Value": value, "Timestamp": at} for name, (value, at) in self._last.items()]

    def publish(self, caller: Caller, job: str) -> str:
        """Put every value into CloudWatch under the job's role; the reason when the role may not.

        A role without cloudwatch:PutMetricData costs the job its graphs, never its result.
        """
        data = [
            {
                "MetricName": name,
                "Dimensions": [{"Name": "TrainingJobName", "Value": job}],
                "Value": value,
                "Timestamp": datetime.fromtimestamp(at, UTC),
            }
            for name, value, at in self._all
        ]
        try:
            for start in range(0, len(data), _BATCH):
                caller.client("cloudwatch").put_metric_data(
                    Namespace=NAMESPACE, MetricData=data[start : start + _BATCH]
                )
        except ClientError as error:
            return str(error)
        return ""
