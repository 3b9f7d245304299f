"""CloudWatch: metric data in SQLite, alarms evaluated by the clock, composite alarms, dashboards.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
"""

from slipway.engine.services.cloudwatch import (
    alarm_states,
    alarms,
    composite,
    dashboards,
    data,
    history,
    reads,
    tags,
    watch,
)
from slipway.engine.services.cloudwatch.service import SERVICE

__all__ = [
    "SERVICE",
    "alarm_states",
    "alarms",
    "composite",
    "dashboards",
    "data",
    "history",
    "reads",
    "tags",
    "watch",
]
