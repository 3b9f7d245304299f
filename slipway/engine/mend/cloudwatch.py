"""CloudWatch is a service of ours; what MiniStack's services note of themselves reaches it as their own calls."""

from __future__ import annotations

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.service_metrics import ServiceMetrics

_PRINCIPALS = {"AWS/ApiGateway": "apigateway.amazonaws.com", "AWS/Lambda": "lambda.amazonaws.com"}


def apply() -> None:
    """Take MiniStack's notes."""
    metrics = {namespace: ServiceMetrics(current(), name, namespace) for namespace, name in _PRINCIPALS.items()}

    def record(
        namespace: str, metric_name: str, value: float, unit: str = "None", dimensions: dict[str, str] | None = None
    ) -> None:
        metrics[namespace].record(metric_name, value, unit, dimensions or {})

    adapter.replace("services.cloudwatch", "record_metric", lambda _: record)
