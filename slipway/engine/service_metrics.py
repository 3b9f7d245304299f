"""Metrics that AWS's services report of themselves: gathered here, and put by the service within a second.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_FLUSH_SECONDS = 0.5
_MOST_DATA = 1000

logger = logging.getLogger("slipway")


class ServiceMetrics:
    """What one service has to tell CloudWatch about itself."""

    def __init__(self, engine: Engine, principal: str, namespace: str) -> None:
        self._engine = engine
        self._principal = principal
        self._namespace = namespace
        self._lock = threading.Lock()
        self._waiting: list[dict[str, Any]] = []

    def record(self, name: str, value: float, unit: str, dimensions: Mapping[str, str]) -> None:
        """Gather one value, with the time of now."""
        datum = {
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions.items()],
            "Timestamp": time.time(),
            "Value": value,
            "Unit": unit,
        }
        with self._lock:
            self._waiting.append(datum)
            if len(self._waiting) > 1:
                return
        timer = threading.Timer(_FLUSH_SECONDS, self._flush)
        timer.daemon = True
        timer.start()

    def _flush(self) -> None:
        with self._lock:
            data, self._waiting = self._waiting, []
        try:
            client = self._engine.as_service(self._principal).client("cloudwatch")
            for start in range(0, len(data), _MOST_DATA):
                client.put_metric_data(Namespace=self._namespace, MetricData=data[start : start + _MOST_DATA])
        except (BotoCoreError, ClientError) as error:
            if not self._engine.stopping.is_set():
                logger.warning("%s could not put its metrics: %s", self._principal, error)
