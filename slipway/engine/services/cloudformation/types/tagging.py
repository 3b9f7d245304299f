"""Stack tags on resources.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html (tagging)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slipway.engine.services.cloudformation.checks.schemas import definition, schema_of

Properties = dict[str, Any]


def with_stack_tags(resource_type: str, properties: Properties, tags: Iterable[Mapping[str, str]]) -> Properties:
    """The properties with the stack's tags, as far as the type takes tags; a resource's own tag of a key wins."""
    wanted = {tag["Key"]: tag["Value"] for tag in tags}
    name, is_list = tag_property(resource_type)
    if not wanted or not name:
        return properties
    own = properties.get(name)
    if is_list:
        keys = {tag.get("Key") for tag in own or []}
        added = [{"Key": key, "Value": value} for key, value in wanted.items() if key not in keys]
        return {**properties, name: [*(own or []), *added]}
    return {**properties, name: {**wanted, **(own or {})}}


def tag_property(resource_type: str) -> tuple[str, bool]:
    """The property that takes tags, empty if none does, and whether it is a list of keys and values."""
    schema = schema_of(resource_type) or {}
    tagging = schema.get("tagging", {})
    name = str(tagging.get("tagProperty", "/properties/Tags")).rpartition("/")[2]
    declared = schema.get("properties", {}).get(name)
    if declared is None or tagging.get("taggable") is False or tagging.get("tagOnCreate") is False:
        return "", False
    return name, definition(declared, schema).get("type") == "array"
