"""Tags of jobs, triggers and workflows.

docs.aws.amazon.com/glue/latest/dg/monitor-tags.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.glue.service import SERVICE, missing, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call

_TABLE = "tags"


def _resource(call: Call) -> str:
    return str(call.params["ResourceArn"])


def check(call: Call, resource: str) -> None:
    """Creating something with tags also needs glue:TagResource on it.

    docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
    """
    if call.params.get("Tags"):
        call.caller.check(
            "glue:TagResource", resource, {f"aws:RequestTag/{k}": v for k, v in call.params["Tags"].items()}
        )


def put(engine: Engine, resource: str, tags: dict[str, str]) -> None:
    """Give `resource` its first tags, even if there are none: from then on it may be tagged."""
    table(engine, _TABLE)[resource] = dict(tags)


def drop(engine: Engine, resource: str) -> None:
    """Forget the tags of a resource that is gone."""
    table(engine, _TABLE).pop(resource, None)


def has(engine: Engine, resource: str, wanted: dict[str, str]) -> bool:
    """Whether `resource` has all of these tags."""
    return wanted.items() <= table(engine, _TABLE).get(resource, {}).items()


def _of(call: Call) -> dict[str, Any]:
    arn = call.params["ResourceArn"]
    found = table(call.engine, _TABLE).get(arn)
    if found is None:
        raise missing("resource", arn)
    return found


@SERVICE.operation("TagResource", resource=_resource)
def tag_resource(call: Call) -> dict[str, Any]:
    """Add or replace tags."""
    _of(call)
    table(call.engine, _TABLE).change(_resource(call), lambda tags: tags.update(call.params["TagsToAdd"]))
    return {}


@SERVICE.operation("UntagResource", resource=_resource)
def untag_resource(call: Call) -> dict[str, Any]:
    """Remove tags by key."""
    kept = {key: value for key, value in _of(call).items() if key not in call.params["TagsToRemove"]}
    table(call.engine, _TABLE)[_resource(call)] = kept
    return {}


@SERVICE.operation("GetTags", resource=_resource)
def get_tags(call: Call) -> dict[str, Any]:
    """All tags."""
    return {"Tags": _of(call)}
