"""The resource types that a template may use: those that the engine makes, and custom resources."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.checks import schemas
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.types import is_known, names

_SNAPSHOT = "Snapshot"
# Attributes that only some types have, none of which the engine makes.
# docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
# docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
_ATTRIBUTES = ("CreationPolicy", "UpdatePolicy")
# How alike a misspelt name and a known one are, of 1: one letter too many, or two that changed places.
_ALIKE = 0.85


def check_types(resources: Mapping[str, Any]) -> None:
    """Refuse types and attributes that the engine does not execute, all unknown types at once."""
    unknown = {name: one["Type"] for name, one in resources.items() if not is_known(one["Type"])}
    if unknown:
        raise TemplateError(
            f"Template format error: Unrecognized resource types: [{', '.join(sorted(set(unknown.values())))}]"
            f" of {', '.join(unknown)};{_meant(unknown)} docs/resource-types.md lists those that this engine executes"
        )
    for logical_id, resource in resources.items():
        for attribute in _ATTRIBUTES:
            if attribute in resource:
                raise TemplateError(f"{attribute} of resource {logical_id} is not executed by this engine")
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.get(policy) == _SNAPSHOT:
                raise TemplateError(
                    f"Template error: resource type {resource['Type']} does not support deletion policy {_SNAPSHOT}"
                )


def _meant(unknown: Mapping[str, str]) -> str:
    """A question about the types that are misspelt; AWS's own types that the engine does not make are not."""
    misspelt = {name: one for name, one in unknown.items() if schemas.schema_of(one) is None}
    alike = {name: difflib.get_close_matches(one, names(), n=1, cutoff=_ALIKE) for name, one in misspelt.items()}
    meant = [f"{found[0]} ({name})" for name, found in alike.items() if found]
    return f" did you mean {', '.join(meant)}?" if meant else ""
