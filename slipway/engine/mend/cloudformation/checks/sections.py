"""The shape of a template: its sections, the members of a resource, its transforms and parameters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slipway.engine.mend.cloudformation.checks.refusal import TemplateError

_SECTIONS = frozenset(
    {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
     "Transform", "Hooks", "Resources", "Outputs"}
)  # fmt: skip
_RESOURCE_MEMBERS = frozenset(
    {"Type", "Properties", "Condition", "DependsOn", "Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy",
     "UpdateReplacePolicy"}
)  # fmt: skip
_DELETION_POLICIES = frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"})
TRANSFORMS = frozenset({"AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::Include"})


def check_sections(template: Mapping[str, Any]) -> None:
    """Refuse sections and resource members that a template does not have."""
    unknown = sorted(str(name) for name in template if name not in _SECTIONS)
    if unknown:
        raise TemplateError(f"Template format error: Invalid template property or properties [{', '.join(unknown)}]")
    if "Hooks" in template:
        raise TemplateError("Template format error: the Hooks section is not executed by this engine")
    resources = template.get("Resources")
    if not isinstance(resources, Mapping) or not resources:
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    for logical_id, resource in resources.items():
        _check_resource(logical_id, resource)


def _check_resource(logical_id: str, resource: Any) -> None:
    if not isinstance(resource, Mapping):
        raise TemplateError("Template format error: [/Resources] Every Resources member must be an object.")
    if not str(logical_id).isalnum():
        raise TemplateError(f"Template format error: Resource name {logical_id} is non alphanumeric.")
    if not isinstance(resource.get("Type"), str):
        raise TemplateError(
            f"Template format error: [/Resources/{logical_id}] Every Resources object must contain a Type member."
        )
    for member in sorted(str(name) for name in resource if name not in _RESOURCE_MEMBERS):
        raise TemplateError(f"Invalid template resource property '{member}' of resource {logical_id}")
    for member in ("DeletionPolicy", "UpdateReplacePolicy"):
        policy = resource.get(member, "Delete")
        if isinstance(policy, str) and policy not in _DELETION_POLICIES:
            raise TemplateError(f"Template format error: Unrecognized {member} {policy} for resource {logical_id}")


def check_transforms(declared: Iterable[str]) -> None:
    """Refuse a transform that nobody applies: a macro of the account, or a service's own."""
    for name in declared:
        if name not in TRANSFORMS:
            raise TemplateError(f"No transform named {name} found.")


def check_parameters(
    declared: Mapping[str, Any], supplied: Iterable[Mapping[str, Any]], previous: Mapping[str, Any] | None
) -> None:
    """Refuse parameters that the template does not declare, and declared ones without any value."""
    given = {entry["Key"]: entry for entry in supplied if "Key" in entry}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, definition in declared.items()
               if "Default" not in definition and not _has_value(name, given, previous or {})]  # fmt: skip
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")


def _has_value(name: str, given: Mapping[str, Mapping[str, Any]], previous: Mapping[str, Any]) -> bool:
    entry = given.get(name)
    return entry is not None and (not entry.get("UsePreviousValue") or name in previous)
