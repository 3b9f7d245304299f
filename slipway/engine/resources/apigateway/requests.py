"""How API Gateway's requests are written: small first letters, changes as patch operations, tags at an ARN.

docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-develop.html
docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.resource import ResourceCall
from slipway.engine.resource_properties import tag_change, text_of

MISSING = "NotFoundException"
Patch = dict[str, str]


def client(call: ResourceCall) -> Any:
    """API Gateway's client of whoever makes the change."""
    return call.caller.client("apigateway")


def member(name: str) -> str:
    """A property's name as the API has it."""
    return name[:1].lower() + name[1:]


def members(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of the properties that are set, under the API's names; what is inside of them stays."""
    return {member(name): properties[name] for name in names if name in properties}


def replaced(call: ResourceCall, *names: str) -> list[Patch]:
    """Patch operations for the scalar properties that differ; one that was taken out becomes empty."""
    return [
        {"op": "replace", "path": f"/{member(name)}", "value": text_of(call.properties.get(name, ""))}
        for name in names
        if call.properties.get(name) != call.old_properties.get(name)
    ]


def pointer(text: str) -> str:
    """A text as one step of a JSON pointer (RFC 6901)."""
    return text.replace("~", "~0").replace("/", "~1")


def map_patches(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Patch]:
    """Patch operations that bring a map at `path` from the old entries to the new ones."""
    for key in old.keys() - new.keys():
        yield {"op": "remove", "path": f"{path}/{pointer(key)}"}
    for key, value in new.items():
        if old.get(key) != value:
            yield {"op": "replace", "path": f"{path}/{pointer(key)}", "value": text_of(value)}


def update_tags(call: ResourceCall, path: str) -> None:
    """Bring the tags of the resource at `path` to the new properties'."""
    arn, tags = f"arn:aws:apigateway:{call.engine.region}::{path}", tag_change(call)
    if tags.set:
        client(call).tag_resource(resourceArn=arn, tags=tags.set)
    if tags.removed:
        client(call).untag_resource(resourceArn=arn, tagKeys=tags.removed)
