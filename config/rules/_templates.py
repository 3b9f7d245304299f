"""What the rules read of a template: policy statements with their paths, and the lines that they stand on.

cfn-lint takes every module of the folder for rules, except one whose name begins with an underscore.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfnlint.template import Template

Place = list[str | int]
# Policies that give rights to a role; those of a resource (a bucket, a key) name who gets in instead.
_IDENTITY_POLICIES = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy")


def resources(cfn: Template, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Logical id and declaration of every resource of these types; of all of them without any."""
    for logical_id, resource in cfn.template.get("Resources", {}).items():
        if isinstance(resource, dict) and (not types or resource.get("Type") in types):
            yield logical_id, resource


def identity_statements(cfn: Template) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The statements that give rights to roles, wherever they stand."""
    for logical_id, resource in resources(cfn, "AWS::IAM::Role", *_IDENTITY_POLICIES):
        place: Place = ["Resources", logical_id, "Properties"]
        properties = resource.get("Properties", {})
        for index, policy in enumerate(properties.get("Policies", [])):
            yield from _statements(policy["PolicyDocument"], [*place, "Policies", index, "PolicyDocument"])
        if resource["Type"] in _IDENTITY_POLICIES:
            yield from _statements(properties["PolicyDocument"], [*place, "PolicyDocument"])


def every_statement(cfn: Template) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The statements of all policies, except those that say who may assume a role."""
    yield from identity_statements(cfn)
    for logical_id, resource in resources(cfn):
        if resource.get("Type", "").startswith("AWS::IAM::"):
            continue
        for name, document in resource.get("Properties", {}).items():
            if name.endswith(("PolicyDocument", "KeyPolicy")) and isinstance(document, dict):
                yield from _statements(document, ["Resources", logical_id, "Properties", name])


def _statements(document: dict[str, Any], place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    for index, statement in enumerate(as_list(document.get("Statement", []))):
        path: Place = [*place, "Statement", index]
        if "Fn::If" in statement:
            for branch in (1, 2):
                if "Effect" in statement["Fn::If"][branch]:
                    yield [*path, "Fn::If", branch], statement["Fn::If"][branch]
        else:
            yield path, statement


def as_list(value: Any) -> list[Any]:
    """IAM's one-or-many."""
    return value if isinstance(value, list) else [value]


def source_lines(cfn: Template) -> list[str]:
    """The template as it was written, since comments are not in what is parsed of it."""
    return Path(str(cfn.filename)).read_text(encoding="utf-8").splitlines()
