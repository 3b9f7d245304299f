"""Tags of everything that SageMaker names with an ARN.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slipway.engine import request_context
from slipway.engine.services.sagemaker.service import SERVICE, invalid, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call

_TABLE = "tags"
_MOST = 50
_MISSING = "Resource does not exist."
Tag = dict[str, str]


def _resource(call: Call) -> str:
    return str(call.params["ResourceArn"])


def check(call: Call, resource: str) -> None:
    """Creating something with tags also needs sagemaker:AddTags on it.

    docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html (dependent actions)
    """
    if call.params.get("Tags"):
        call.caller.check("sagemaker:AddTags", resource, request_context.tags(call.params))


def put(engine: Engine, resource: str, tags: list[Tag]) -> None:
    """Give `resource` its first tags, even if there are none: from then on it may be tagged."""
    table(engine, _TABLE)[resource] = {tag["Key"]: tag["Value"] for tag in tags}


def drop(engine: Engine, resource: str) -> None:
    """Forget the tags of a resource that is gone."""
    table(engine, _TABLE).pop(resource, None)


def listed(engine: Engine, resource: str) -> list[Tag]:
    """The tags of `resource` as the API lists them."""
    return [{"Key": key, "Value": value} for key, value in table(engine, _TABLE).get(resource, {}).items()]


@SERVICE.operation("AddTags", resource=_resource)
def add_tags(call: Call) -> dict[str, Any]:
    """Add or replace tags; 50 at most."""
    added = {tag["Key"]: tag["Value"] for tag in call.params["Tags"]}

    def change(tags: dict[str, Any]) -> None:
        tags.update(added)
        if len(tags) > _MOST:
            raise invalid(f"A resource may have at most {_MOST} tags; this would make {len(tags)}")

    _change(call, change)
    return {"Tags": listed(call.engine, call.params["ResourceArn"])}


@SERVICE.operation("DeleteTags", resource=_resource)
def delete_tags(call: Call) -> dict[str, Any]:
    """Remove tags by key; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteTags.html."""

    def change(tags: dict[str, Any]) -> None:
        for key in call.params["TagKeys"]:
            tags.pop(key, None)

    _change(call, change)
    return {}


@SERVICE.operation("ListTags", resource=_resource)
def list_tags(call: Call) -> dict[str, Any]:
    """All tags on one page; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html."""
    if call.params["ResourceArn"] not in table(call.engine, _TABLE):
        raise invalid(_MISSING)
    return {"Tags": listed(call.engine, call.params["ResourceArn"])}


def _change(call: Call, change: Callable[[dict[str, Any]], None]) -> None:
    try:
        table(call.engine, _TABLE).change(call.params["ResourceArn"], change)
    except KeyError:
        raise invalid(_MISSING) from None
