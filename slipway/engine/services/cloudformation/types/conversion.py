"""Scalars as a resource type's schema has them: CloudFormation's parameters are texts, and its handlers get "2" as 2.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.checks import schemas

_INTEGER = re.compile(r"-?\d+(\.0+)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
Schema = Mapping[str, Any]


def converted(resource_type: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The properties with every scalar of the type that the schema names; what cannot be converted stays as it is."""
    schema = schemas.schema_of(resource_type)
    if schema is None:
        return properties
    return {name: _value(value, schema["properties"].get(name, {}), schema) for name, value in properties.items()}


def _value(value: Any, schema: Schema, root: Schema) -> Any:
    schema = schemas.definition(schema, root)
    if isinstance(value, Mapping):
        members = schema.get("properties", {})
        return {name: _value(item, members.get(name, {}), root) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, schema.get("items", {}), root) for item in value]
    return _scalar(value, schema.get("type"))


def _scalar(value: Any, expected: Any) -> Any:
    if expected == "string" and isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str):
        return value
    if expected == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if expected == "integer" and _INTEGER.fullmatch(value):
        return int(float(value))
    if expected == "number" and _NUMBER.fullmatch(value):
        return int(value) if _INTEGER.fullmatch(value) and "." not in value else float(value)
    return value
