"""AWS::CloudWatch: metric alarms, composite alarms and dashboards.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import (
    Properties,
    already_exists,
    gone_is_fine,
    is_known,
    is_there,
    picked,
    tag_change,
    tag_list,
    tags_of,
    text_of,
)
from slipway.engine.services.cloudwatch.actions import refusal
from slipway.engine.services.cloudwatch.reads import check_statistic

_NAME_LENGTH = 255
_NO_DASHBOARD = ("DashboardNotFoundError", "ResourceNotFound")
_SHARED = ("ActionsEnabled", "AlarmActions", "AlarmDescription", "InsufficientDataActions", "OKActions")
_METRIC = (
    *_SHARED,
    *("ComparisonOperator", "DatapointsToAlarm", "Dimensions", "EvaluateLowSampleCountPercentile"),
    *("EvaluationPeriods", "ExtendedStatistic", "MetricName", "Namespace", "Period", "Statistic", "Threshold"),
    *("TreatMissingData", "Unit"),
)
_COMPOSITE = (*_SHARED, "AlarmRule")


def create_alarm(call: ResourceCall) -> Created:
    """A metric alarm."""
    name = _new_alarm(call, "AWS::CloudWatch::Alarm")
    _client(call).put_metric_alarm(AlarmName=name, **picked(call.properties, *_METRIC), **_tags(call))
    return _alarm(call, name)


def update_alarm(call: ResourceCall) -> Created:
    """The whole alarm: PutMetricAlarm replaces it, but for its tags."""
    _client(call).put_metric_alarm(AlarmName=call.physical_id, **picked(call.properties, *_METRIC))
    return _tagged(call, _alarm(call, call.physical_id))


def create_composite(call: ResourceCall) -> Created:
    """An alarm over alarms."""
    name = _new_alarm(call, "AWS::CloudWatch::CompositeAlarm")
    _client(call).put_composite_alarm(AlarmName=name, **picked(call.properties, *_COMPOSITE), **_tags(call))
    return _alarm(call, name)


def update_composite(call: ResourceCall) -> Created:
    """The whole alarm: PutCompositeAlarm replaces it, but for its tags."""
    _client(call).put_composite_alarm(AlarmName=call.physical_id, **picked(call.properties, *_COMPOSITE))
    return _tagged(call, _alarm(call, call.physical_id))


def delete_alarm(call: ResourceCall) -> None:
    """The alarm; DeleteAlarms takes names that are gone."""
    _client(call).delete_alarms(AlarmNames=[call.physical_id])


def _client(call: ResourceCall) -> Any:
    return call.caller.client("cloudwatch")


def _new_alarm(call: ResourceCall, resource_type: str) -> str:
    """The name; one that is taken is refused, though putting an alarm would replace that one."""
    name = call.properties.get("AlarmName")
    if name is None:
        return call.physical_name(_NAME_LENGTH)
    found = _client(call).describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    if found["MetricAlarms"] or found["CompositeAlarms"]:
        raise already_exists(resource_type, name)
    return str(name)


def _tags(call: ResourceCall) -> dict[str, Any]:
    tags = tags_of(call.properties)
    return {"Tags": tag_list(tags)} if tags else {}


def _tagged(call: ResourceCall, made: Created) -> Created:
    """Bring the tags of what is there to the new properties'."""
    client, tags, arn = _client(call), tag_change(call), made.attributes["Arn"]
    if tags.set:
        client.tag_resource(ResourceARN=arn, Tags=tag_list(tags.set))
    if tags.removed:
        client.untag_resource(ResourceARN=arn, TagKeys=tags.removed)
    return made


def _alarm(call: ResourceCall, name: str) -> Created:
    return Created(name, {"Arn": call.engine.arn("cloudwatch", f"alarm:{name}")})


def create_dashboard(call: ResourceCall) -> Created:
    """A dashboard; a name that is taken is refused, though PutDashboard would replace that one."""
    name = call.properties.get("DashboardName") or call.physical_name(_NAME_LENGTH)
    if "DashboardName" in call.properties and _dashboard_exists(call, name):
        raise already_exists("AWS::CloudWatch::Dashboard", name)
    _put_dashboard(call, name, _tags(call))
    return Created(name)


def update_dashboard(call: ResourceCall) -> Created:
    """Body and tags."""
    name = call.physical_id
    _put_dashboard(call, name, {})
    arn = f"arn:aws:cloudwatch::{call.engine.account}:dashboard/{name}"
    _tagged(call, Created(name, {"Arn": arn}))
    return Created(name)


def delete_dashboard(call: ResourceCall) -> None:
    """The dashboard."""
    with gone_is_fine(*_NO_DASHBOARD):
        _client(call).delete_dashboards(DashboardNames=[call.physical_id])


def _put_dashboard(call: ResourceCall, name: str, tags: dict[str, Any]) -> None:
    _client(call).put_dashboard(DashboardName=name, DashboardBody=text_of(call.properties["DashboardBody"]), **tags)


def _dashboard_exists(call: ResourceCall, name: str) -> bool:
    return is_there(lambda: _client(call).get_dashboard(DashboardName=name), *_NO_DASHBOARD)


def not_put(properties: Properties) -> Iterator[str]:
    """What PutMetricAlarm or PutCompositeAlarm would refuse of actions and statistic, as far as they are known."""
    reason = refusal(_known(picked(properties, *_METRIC)))
    if reason:
        yield reason
    statistic = properties.get("ExtendedStatistic")
    if statistic and is_known(statistic):
        try:
            check_statistic(statistic)
        except AwsError as error:
            yield f"ExtendedStatistic {statistic}: {error.message}"


def _known(properties: dict[str, Any]) -> dict[str, Any]:
    """Of the properties what is known: of a list, the items that are."""
    items = {
        name: list(filter(is_known, value)) if isinstance(value, list) else value for name, value in properties.items()
    }
    return {name: value for name, value in items.items() if is_known(value)}


_NO_MATH = "metric math is not computed"
_NO_SUPPRESSOR = "actions are not suppressed"
RESOURCES = {
    "AWS::CloudWatch::Alarm": ResourceType(
        create=create_alarm,
        update=update_alarm,
        delete=delete_alarm,
        honours=frozenset({"AlarmName", "Tags", *_METRIC}),
        refuses={
            "ActionConfiguration": "actions have no settings",
            "EvaluationCriteria": _NO_MATH,
            "EvaluationInterval": _NO_MATH,
            "EvaluationWindow": _NO_MATH,
            "Metrics": _NO_MATH,
            "ThresholdMetricId": "anomalies are not detected",
            "WarmUpConfiguration": "an alarm is evaluated from the start",
        },
        check=not_put,
    ),
    "AWS::CloudWatch::CompositeAlarm": ResourceType(
        create=create_composite,
        update=update_composite,
        delete=delete_alarm,
        honours=frozenset({"AlarmName", "Tags", *_COMPOSITE}),
        refuses={
            "ActionConfiguration": "actions have no settings",
            "ActionsSuppressor": _NO_SUPPRESSOR,
            "ActionsSuppressorExtensionPeriod": _NO_SUPPRESSOR,
            "ActionsSuppressorWaitPeriod": _NO_SUPPRESSOR,
        },
        check=not_put,
    ),
    "AWS::CloudWatch::Dashboard": ResourceType(
        create=create_dashboard,
        update=update_dashboard,
        delete=delete_dashboard,
        honours=frozenset({"DashboardBody", "DashboardName", "Tags"}),
    ),
}
