"""Reads the bundle's templates for tests."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import loads

FOLDER = Path(__file__).parents[2] / "cf"
# The one that is not deployed as it stands: a function puts a package's containers in.
MODEL = FOLDER.parent / "functions" / "outcome" / "model.json"
Template = dict[str, Any]


@cache
def load(name: str) -> Template:
    """The template `cf/<name>.yaml`, its short forms (`!Ref`) as long ones (`{"Ref": …}`), or `model`."""
    path = MODEL if name == "model" else FOLDER / f"{name}.yaml"
    template: Template = json.loads(json.dumps(loads(path.read_text("utf-8"))))
    return template


def properties(name: str, logical_id: str) -> dict[str, Any]:
    """A resource's properties."""
    found: dict[str, Any] = load(name)["Resources"][logical_id]["Properties"]
    return found


def of_type(name: str, resource_type: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    resources = load(name)["Resources"].items()
    return {logical_id: found["Properties"] for logical_id, found in resources if found["Type"] == resource_type}


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    """A role's own statements; a conditional one as if it stands."""
    documents = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
    found = [statement for document in documents for statement in document["Statement"]]
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in found]


def as_list(value: Any) -> list[Any]:
    """IAM's one-or-many."""
    return value if isinstance(value, list) else [value]


def references(value: Any) -> set[str]:
    """What a value refers to: names in Ref, GetAtt and Sub."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(references, value.values()))
    if "Ref" in value:
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        found.add(value["Fn::GetAtt"][0])
    if "Fn::Sub" in value:
        text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
        found |= {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
    return found
