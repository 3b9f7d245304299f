"""The shape of a template: its sections, and the members of a resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError

_SECTIONS = frozenset(
    {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
     "Transform", "Hooks", "Resources", "Outputs"}
)  # fmt: skip
_RESOURCE_MEMBERS = frozenset(
    {"Type", "Properties", "Condition", "DependsOn", "Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy",
     "UpdateReplacePolicy"}
)  # fmt: skip
_DELETION_POLICIES = frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"})
_FORMAT_VERSION = "2010-09-09"
_LOOP = "Fn::ForEach::"


def check_sections(template: Mapping[str, Any], *, is_processed: bool) -> None:
    """Refuse sections and resource members that a template does not have; before its transforms it may have more."""
    transformed = {} if is_processed else _transformed(template)
    unknown = sorted(str(name) for name in template if name not in _SECTIONS and name not in transformed)
    if unknown:
        raise TemplateError(f"Template format error: Invalid template property or properties [{', '.join(unknown)}]")
    if "Hooks" in template:
        raise TemplateError("Template format error: the Hooks section is not executed by this engine")
    if str(template.get("AWSTemplateFormatVersion", _FORMAT_VERSION)) != _FORMAT_VERSION:
        version = template["AWSTemplateFormatVersion"]
        raise TemplateError(f"Template format error: {version} is not a supported value for AWSTemplateFormatVersion.")
    for section in ("Parameters", "Rules", "Mappings", "Conditions", "Outputs"):
        _check_section(section, template.get(section))
    resources = template.get("Resources")
    if is_processed and (not isinstance(resources, Mapping) or not resources):
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    if is_processed:
        for logical_id, resource in template["Resources"].items():
            _check_resource(logical_id, resource)


def _transformed(template: Mapping[str, Any]) -> Collection[str]:
    """What transforms take out of a template: SAM's Globals, and calls at its top."""
    return ("Globals", "Fn::Transform") if "Transform" in template else ("Fn::Transform",)


def _check_section(section: str, content: Any) -> None:
    if content is not None and not isinstance(content, Mapping):
        raise TemplateError(f"Template format error: {section} section must be an object.")
    for name, member in (content or {}).items():
        is_written = str(name).startswith(_LOOP) or section in ("Conditions", "Rules", "Mappings")
        if not is_written and not isinstance(member, Mapping):
            raise TemplateError(f"Template format error: Every {section} member must be a JSON object.")
        if section == "Parameters" and not isinstance(member.get("Type"), str):
            raise TemplateError(f"Template format error: Every Parameters object must contain a Type member. ({name})")
        if section == "Outputs" and not is_written and "Value" not in member:
            raise TemplateError(f"Template format error: Every Outputs member must contain a Value object ({name})")


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
