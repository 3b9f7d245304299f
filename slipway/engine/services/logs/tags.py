"""Tags of log groups.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.logs.service import SERVICE, groups, invalid, missing
from slipway.engine.store import Record

_MOST = 50


def _resource(call: Call) -> str:
    return str(call.params["resourceArn"])


def _tag_context(call: Call) -> Mapping[str, Any]:
    return tag_context(call.params["tags"])


def tag_context(tags: Mapping[str, str]) -> Mapping[str, Any]:
    """The condition keys of a call that sets tags."""
    return {**{f"aws:RequestTag/{key}": value for key, value in tags.items()}, "aws:TagKeys": list(tags)}


def allow_tagging(call: Call, name: str, tags: Mapping[str, str]) -> None:
    """Tags at creation need `logs:TagResource`; AccessDenied.

    docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    """
    call.caller.check("logs:TagResource", call.arn(f"log-group:{name}"), tag_context(tags))


def check_tags(tags: Mapping[str, str]) -> None:
    """InvalidParameterException for a tag that only AWS may set."""
    reserved = sorted(key for key in tags if key.lower().startswith("aws:"))
    if reserved:
        raise invalid(f"{reserved[0]}: tag keys that begin with aws: are reserved for AWS")


@SERVICE.operation("TagResource", resource=_resource, context=_tag_context)
def tag_resource(call: Call) -> None:
    """Add tags, or change their values."""
    check_tags(call.params["tags"])

    def add(record: Record) -> None:
        record["tags"].update(call.params["tags"])
        if len(record["tags"]) > _MOST:
            raise AwsError("TooManyTagsException", f"A resource can have at most {_MOST} tags")

    _change(call, add)


@SERVICE.operation("UntagResource", resource=_resource, context=lambda call: {"aws:TagKeys": call.params["tagKeys"]})
def untag_resource(call: Call) -> None:
    """Remove tags; those that are not there are no error."""

    def remove(record: Record) -> None:
        for key in call.params["tagKeys"]:
            record["tags"].pop(key, None)

    _change(call, remove)


@SERVICE.operation("ListTagsForResource", resource=_resource)
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """A group's tags."""
    return {"tags": groups(call.engine)[_name(call)]["tags"]}


def _change(call: Call, change: Any) -> None:
    groups(call.engine).change(_name(call), change)


def _name(call: Call) -> str:
    name = _resource(call).removeprefix(call.arn("log-group:"))
    if name not in groups(call.engine):
        raise missing("The specified resource does not exist.")
    return name
