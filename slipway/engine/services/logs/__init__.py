"""CloudWatch Logs: groups, streams and events in SQLite, so that the engine's memory does not grow with what is logged.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
"""

from slipway.engine.services.logs import events, groups, metric_filters, policies, streams, tags
from slipway.engine.services.logs.service import SERVICE

__all__ = ["SERVICE", "events", "groups", "metric_filters", "policies", "streams", "tags"]
