"""SQS: how many messages its queues hold, told to CloudWatch every minute of the engine's clock.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

import time
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import Engine, current
from slipway.engine.service_metrics import ServiceMetrics

_PERIOD_SECONDS = 60
_SHORTEST_PERIOD = 0.5


def apply() -> None:
    """Start counting."""
    current().spawn("sqs-metrics", _run, current())


def _run(engine: Engine) -> None:
    metrics = ServiceMetrics(engine, "sqs.amazonaws.com", "AWS/SQS")
    while not engine.stopping.wait(max(_SHORTEST_PERIOD, engine.clock.real(_PERIOD_SECONDS))):
        for queue in list(adapter.part("services.sqs")._queues._data.values()):
            for name, value in counts(queue["messages"], time.time()).items():
                metrics.record(name, value, "Count", {"QueueName": queue["name"]})


def counts(messages: list[dict[str, Any]], now: float) -> dict[str, float]:
    """Messages that can be received, that were received and not deleted, and that are delayed."""
    hidden = [message for message in messages if message["visible_at"] > now]
    received = sum(bool(message.get("receive_count")) for message in hidden)
    return {
        "ApproximateNumberOfMessagesVisible": float(len(messages) - len(hidden)),
        "ApproximateNumberOfMessagesNotVisible": float(received),
        "ApproximateNumberOfMessagesDelayed": float(len(hidden) - received),
    }
