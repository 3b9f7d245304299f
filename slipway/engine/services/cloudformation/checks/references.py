"""Every name that a template mentions has to exist in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slipway.engine.services.cloudformation.checks.schemas import read_only, schema_of
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.intrinsics import Reference, condition_names, references

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
PSEUDO_PARAMETERS = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)


def check_references(template: Mapping[str, Any]) -> None:
    """Refuse references, dependencies and conditions that name nothing in the template."""
    resources = template.get("Resources", {})
    known = PSEUDO_PARAMETERS | set(template.get("Parameters") or {}) | set(resources)
    for logical_id, resource in resources.items():
        body = [resource.get(part) for part in ("Properties", "Metadata")]
        _check_names(body, known, "Resources")
        _check_attributes(body, resources)
        _check_dependencies(logical_id, resource, resources)
    _check_names(template.get("Outputs"), known, "Outputs")
    _check_attributes(template.get("Outputs"), resources)
    _check_conditions(template)


def _check_names(body: Any, known: frozenset[str] | set[str], block: str) -> None:
    unresolved = sorted({found.name for found in references(body)
                         if found.function != "Fn::GetAtt" and found.name not in known})  # fmt: skip
    if unresolved:
        raise TemplateError(
            f"Template format error: Unresolved resource dependencies [{', '.join(unresolved)}] "
            f"in the {block} block of the template"
        )


def _check_attributes(body: Any, resources: Mapping[str, Any]) -> None:
    for found in references(body):
        if found.function == "Fn::GetAtt" and found.name not in resources:
            raise TemplateError(f"Template error: instance of Fn::GetAtt references undefined resource {found.name}")
        if found.attribute is not None and not _has_attribute(resources.get(found.name, {}), found):
            raise TemplateError(
                f"Template error: resource {found.name} does not support attribute type {found.attribute} in Fn::GetAtt"
            )


def _has_attribute(resource: Mapping[str, Any], found: Reference) -> bool:
    resource_type, attribute = resource.get("Type", ""), found.attribute or ""
    schema = schema_of(resource_type)
    if schema is None or resource_type == "AWS::CloudFormation::CustomResource":
        return True  # a custom resource answers with the attributes it likes
    if resource_type == "AWS::CloudFormation::Stack":
        return attribute.startswith("Outputs.")
    # Writable properties can be read back from types that were registered with the registry's generic handlers.
    return attribute in {".".join(path) for path in read_only(resource_type)} or attribute in schema["properties"]


def _check_dependencies(logical_id: str, resource: Mapping[str, Any], resources: Mapping[str, Any]) -> None:
    depends_on = resource.get("DependsOn", [])
    named = [depends_on] if isinstance(depends_on, str) else depends_on
    unresolved = sorted(set(named) - set(resources))
    if unresolved:
        raise TemplateError(
            f"Template format error: Unresolved resource dependencies [{', '.join(unresolved)}] "
            f"in the Resources block of the template"
        )
    if logical_id in named:
        raise TemplateError(f"Circular dependency between resources: [{logical_id}]")


def _check_conditions(template: Mapping[str, Any]) -> None:
    defined = set(template.get("Conditions") or {})
    for block in ("Resources", "Outputs"):
        members: Mapping[str, Any] = template.get(block) or {}
        used = [member["Condition"] for member in members.values() if "Condition" in member]
        _check_defined([*used, *condition_names(list(members.values()))], defined, block)
    _check_defined(_conditions_of_conditions(template.get("Conditions") or {}), defined, "Conditions")


def _conditions_of_conditions(value: Any) -> Iterable[str]:
    if isinstance(value, list):
        for item in value:
            yield from _conditions_of_conditions(item)
    elif isinstance(value, Mapping):
        for key, argument in value.items():
            if key == "Condition" and isinstance(argument, str):
                yield argument
            yield from _conditions_of_conditions(argument)


def _check_defined(used: Iterable[str], defined: set[str], block: str) -> None:
    for name in used:
        if name not in defined:
            raise TemplateError(
                f"Template format error: Unresolved condition dependency {name} in the {block} block of the template"
            )
