"""CloudWatch: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.engine import current
from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, Rule, always


def _alarm(change: Change) -> str:
    return change.arn("cloudwatch", f"alarm:{change.name('AlarmName', 255)}")


def _put(action: str) -> Rule:
    def rule(change: Change) -> Iterator[Need]:
        yield Need(action, _alarm(change))
        if change.changed("Tags"):
            yield Need("cloudwatch:TagResource", _alarm(change))

    return rule


def _dashboard(change: Change) -> str:
    return f"arn:aws:cloudwatch::{current().account}:dashboard/{change.name('DashboardName', 255)}"


_DELETE = always("cloudwatch:DeleteAlarms", _alarm)
PERMISSIONS = {
    "AWS::CloudWatch::Alarm": Permissions(
        _put("cloudwatch:PutMetricAlarm"), _put("cloudwatch:PutMetricAlarm"), _DELETE
    ),
    "AWS::CloudWatch::CompositeAlarm": Permissions(
        _put("cloudwatch:PutCompositeAlarm"), _put("cloudwatch:PutCompositeAlarm"), _DELETE
    ),
    "AWS::CloudWatch::Dashboard": Permissions(
        always("cloudwatch:PutDashboard", _dashboard),
        always("cloudwatch:PutDashboard", _dashboard),
        always("cloudwatch:DeleteDashboards", _dashboard),
    ),
}
