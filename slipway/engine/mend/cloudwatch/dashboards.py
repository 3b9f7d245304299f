"""Dashboards: a body has to be JSON, and they have tags.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.cloudwatch"
Handler = Callable[..., Any]


def put(original: Handler) -> Handler:
    """PutDashboard: refuse a body that is not a JSON object; tags are those of a new dashboard."""

    def checked(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
        cloudwatch = adapter.part(_SERVICE)
        given = data if is_cbor or is_json else {name: values[0] for name, values in params.items()}
        if not _is_object(given.get("DashboardBody", "")):
            message = "The field DashboardBody must be a valid JSON object"
            return cloudwatch._error("InvalidParameterInput", message, 400, use_json=is_json, use_cbor=is_cbor)
        name = given.get("DashboardName", "")
        is_new = name not in cloudwatch._dashboards
        answer = original(params, data, is_cbor, is_json)
        tags = cloudwatch._alarm_request_tags(params, data, is_cbor, is_json)
        if is_new and tags and name in cloudwatch._dashboards:
            kept = {tag["Key"]: tag["Value"] for tag in tags}
            cloudwatch._resource_tags[cloudwatch._dashboards[name]["DashboardArn"]] = kept
        return answer

    return checked


def _is_object(body: str) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def tagged(original: Callable[..., Any]) -> Callable[..., Any]:
    """Which ARNs can have tags: a dashboard's too."""

    def checked(arn: str, is_json: bool = False, is_cbor: bool = False) -> Any:
        dashboards = adapter.part(_SERVICE)._dashboards.values()
        if any(dashboard["DashboardArn"] == arn for dashboard in dashboards):
            return None
        return original(arn, is_json=is_json, is_cbor=is_cbor)

    return checked
