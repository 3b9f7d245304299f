"""What every resource type says of its properties, against CloudFormation's schemas.

docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.engine import resource_reference
from slipway.engine.resource import ResourceType
from slipway.engine.services.cloudformation.checks.schemas import primary_identifier, read_only, schema_of

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html"
)
ROOT = Path(__file__).parents[3]
TYPES = resource_reference.declared()
# What takes any property (a custom resource) or none has nothing to say of them.
SAYING = {name: found for name, found in TYPES.items() if found.honours or not name.startswith("AWS::CloudFormation::")}


@pytest.mark.parametrize("name", SAYING)
def test_every_property_of_a_type_has_one_place(name: str) -> None:
    declared = TYPES[name]
    tops = [
        set(declared.honours),
        {path for path in declared.without_effect if "." not in path},
        {path for path in declared.refuses if "." not in path},
    ]
    properties = set(schema_of(name)["properties"])  # type: ignore[index]
    assert declared.honours, "it says nothing of its properties"
    assert set().union(*tops) - properties == set()
    assert sum(map(len, tops)) == len(set().union(*tops)), "a property stands in two places"


@pytest.mark.parametrize("name", SAYING)
def test_what_only_the_service_sets_is_not_declared(name: str) -> None:
    generated = {path[0] for path in read_only(name) if len(path) == 1}
    assert TYPES[name].honours & generated == set()


@pytest.mark.parametrize("name", SAYING)
def test_what_a_type_needs_and_what_names_it_is_honoured(name: str) -> None:
    generated = read_only(name)
    needed = {*schema_of(name).get("required", ())}  # type: ignore[union-attr]
    needed |= {path[0] for path in primary_identifier(name) if path not in generated}
    assert needed - TYPES[name].honours == set()


@pytest.mark.parametrize("name", SAYING)
def test_every_reason_is_of_a_property_that_is_there(name: str) -> None:
    paths = [*TYPES[name].without_effect, *TYPES[name].refuses]
    assert [path for path in paths if not has(name, path)] == []


def has(name: str, path: str) -> bool:
    """Whether the schema of a type has a property at a dotted path; a free map has every one."""
    schema: Any = schema_of(name)
    node = schema
    for step in path.split("."):
        node = resolved(node, schema)
        if "properties" not in node:
            return node.get("type") == "object"
        if step not in node["properties"]:
            return False
        node = node["properties"][step]
    return True


def resolved(node: Any, schema: Any) -> Any:
    """What a reference or a list's items stand for."""
    while "$ref" in node or "items" in node:
        if "items" in node:
            node = node["items"]
        else:
            target = schema
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
    return node


def test_the_page_is_what_the_types_say() -> None:
    page = (ROOT / "docs" / "resource-types.md").read_text(encoding="utf-8")
    command = "python -m slipway.engine.resource_reference > docs/resource-types.md"
    assert page == resource_reference.render(), f"run `{command}`"


def test_a_property_that_is_in_no_list_is_among_the_refused() -> None:
    silent = ResourceType(*([lambda _: None] * 3), honours=frozenset({"QueueName"}))  # type: ignore[list-item]
    assert "`RedrivePolicy`" in resource_reference._refused("AWS::SQS::Queue", silent)
