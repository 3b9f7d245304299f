"""Tags of alarms and dashboards.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.cloudwatch.service import (
    SERVICE,
    alarm_arn,
    alarms,
    dashboard_arn,
    dashboards,
    invalid,
)
from slipway.engine.store import Record, Table

_MOST = 50


def _resource(call: Call) -> str:
    return str(call.params["ResourceARN"])


def _context(tags: Mapping[str, str]) -> dict[str, Any]:
    return {**{f"aws:RequestTag/{key}": value for key, value in tags.items()}, "aws:TagKeys": list(tags)}


def tags_at_creation(call: Call, arn: str) -> dict[str, str]:
    """The tags that a new alarm or dashboard is given, which need `cloudwatch:TagResource`; AccessDenied."""
    tags = _checked(call.params.get("Tags", []))
    if tags:
        call.caller.check("cloudwatch:TagResource", arn, _context(tags))
    return tags


def _checked(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    tags = {tag["Key"]: tag["Value"] for tag in given}
    reserved = sorted(key for key in tags if key.lower().startswith("aws:"))
    if reserved:
        raise invalid(f"{reserved[0]}: tag keys that begin with aws: are reserved for AWS")
    if len(tags) > _MOST:
        raise invalid(f"An alarm can have at most {_MOST} tags")
    return tags


@SERVICE.operation(
    "TagResource",
    resource=_resource,
    context=lambda call: _context({tag["Key"]: tag["Value"] for tag in call.params["Tags"]}),
)
def tag_resource(call: Call) -> None:
    """Add tags, or change their values."""
    tags = _checked(call.params["Tags"])
    _change(call, lambda record: record["tags"].update(tags))


@SERVICE.operation("UntagResource", resource=_resource, context=lambda call: {"aws:TagKeys": call.params["TagKeys"]})
def untag_resource(call: Call) -> None:
    """Remove tags; those that are not there are no error."""
    gone = call.params["TagKeys"]
    _change(call, lambda record: [record["tags"].pop(key, None) for key in gone])


@SERVICE.operation("ListTagsForResource", resource=_resource)
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """The tags of an alarm or a dashboard."""
    table, name = _place(call)
    tags = table[name]["tags"]
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _change(call: Call, change: Callable[[Record], Any]) -> None:
    table, name = _place(call)
    table.change(name, change)


def _place(call: Call) -> tuple[Table, str]:
    """The table and the name of what the call's ARN names."""
    arn, engine = _resource(call), call.engine
    for table, root in ((alarms(engine), alarm_arn(engine, "")), (dashboards(engine), dashboard_arn(engine, ""))):
        name = arn.removeprefix(root)
        if arn.startswith(root) and name in table:
            return table, name
    raise AwsError("ResourceNotFoundException", f"{arn} does not exist", status=404)
