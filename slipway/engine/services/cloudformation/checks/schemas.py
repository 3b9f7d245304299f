"""CloudFormation's resource type schemas, as cfn-lint ships them.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from slipway.engine import lint_data

# The provider list says which schema file holds a type; us-east-1 has every type.
_REGION = "us-east-1"


def _data() -> Path:
    return lint_data.folder() / "schemas"


@cache
def _files() -> Mapping[str, str]:
    files: dict[str, str] = json.loads((_data() / "providers" / f"{_REGION}.json").read_text())
    return files


@cache
def schema_of(resource_type: str) -> Mapping[str, Any] | None:
    """The schema of a resource type, None when CloudFormation has no such type."""
    name = _files().get(resource_type)
    if name is None:
        return None
    schema: dict[str, Any] = json.loads((_data() / "resources" / f"{name}.json").read_text())
    return schema


def create_only(resource_type: str) -> tuple[tuple[str, ...], ...]:
    """The paths of the properties whose change replaces a resource (`createOnlyProperties`)."""
    return _paths(resource_type, "createOnlyProperties")


def read_only(resource_type: str) -> tuple[tuple[str, ...], ...]:
    """The paths of the properties that only the service sets: what `Fn::GetAtt` gives."""
    return _paths(resource_type, "readOnlyProperties")


def primary_identifier(resource_type: str) -> tuple[tuple[str, ...], ...]:
    """The paths of the properties that identify a resource."""
    return _paths(resource_type, "primaryIdentifier")


def definition(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema, or the one of `root` that it refers to."""
    while "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema


def _paths(resource_type: str, key: str) -> tuple[tuple[str, ...], ...]:
    schema = schema_of(resource_type) or {}
    return tuple(tuple(_steps(pointer)) for pointer in schema.get(key, ()))


def _steps(pointer: str) -> Iterator[str]:
    """`/properties/Endpoint/Address` → Endpoint, Address."""
    yield from pointer.split("/")[2:]


def property_at(properties: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """The value at a schema path; a `*` step collects over a list."""
    value: Any = properties
    for index, step in enumerate(path):
        if step == "*":
            return [property_at(item, path[index + 1 :]) for item in value] if isinstance(value, list) else None
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
