"""Dashboards, as records: nothing draws them here.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

from __future__ import annotations

import json
import time
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.cloudwatch.service import SERVICE, dashboard_arn, dashboards, page
from slipway.engine.services.cloudwatch.tags import tags_at_creation

_PAGE = 1000


def _named(call: Call) -> str:
    return dashboard_arn(call.engine, call.params["DashboardName"])


@SERVICE.operation("PutDashboard", resource=_named)
def put_dashboard(call: Call) -> dict[str, Any]:
    """Make or replace a dashboard; its body must be a JSON object with widgets."""
    name, body = call.params["DashboardName"], call.params["DashboardBody"]
    _check(body)
    before = dashboards(call.engine).get(name)
    tags = before["tags"] if before else tags_at_creation(call, dashboard_arn(call.engine, name))
    dashboards(call.engine)[name] = {"DashboardBody": body, "LastModified": time.time(), "tags": tags}
    return {"DashboardValidationMessages": []}


def _check(body: str) -> None:
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise _invalid(f"The field DashboardBody must be a valid JSON object: {error}") from error
    if not isinstance(parsed, dict) or not isinstance(parsed.get("widgets", []), list):
        raise _invalid("The field DashboardBody must be a JSON object with a list of widgets")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterInput", message, status=400)


@SERVICE.operation("GetDashboard", resource=_named)
def get_dashboard(call: Call) -> dict[str, Any]:
    """A dashboard's body."""
    name = call.params["DashboardName"]
    if name not in dashboards(call.engine):
        raise _missing([name])
    return {
        "DashboardArn": dashboard_arn(call.engine, name),
        "DashboardBody": dashboards(call.engine)[name]["DashboardBody"],
        "DashboardName": name,
    }


@SERVICE.operation(
    "DeleteDashboards",
    resource=lambda call: [dashboard_arn(call.engine, name) for name in call.params["DashboardNames"]],
)
def delete_dashboards(call: Call) -> None:
    """Remove dashboards, all or none."""
    missing = [name for name in call.params["DashboardNames"] if name not in dashboards(call.engine)]
    if missing:
        raise _missing(missing)
    for name in set(call.params["DashboardNames"]):
        del dashboards(call.engine)[name]


@SERVICE.operation("ListDashboards", resource=lambda call: dashboard_arn(call.engine, "*"))
def list_dashboards(call: Call) -> dict[str, Any]:
    """Dashboards by name."""
    prefix = call.params.get("DashboardNamePrefix", "")
    found = sorted(item for item in dashboards(call.engine).items() if item[0].startswith(prefix))
    listed, following = page(call, found, _PAGE)
    return {
        "DashboardEntries": [
            {
                "DashboardName": name,
                "DashboardArn": dashboard_arn(call.engine, name),
                "LastModified": record["LastModified"],
                "Size": len(record["DashboardBody"].encode()),
            }
            for name, record in listed
        ],
        **following,
    }


def _missing(names: list[str]) -> AwsError:
    return AwsError("ResourceNotFound", f"Dashboard {', '.join(names)} does not exist", status=404)
