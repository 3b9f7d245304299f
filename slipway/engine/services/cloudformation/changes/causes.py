"""Why a property changes: because the template does, a parameter, or a resource that it refers to.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html (ChangeSource)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from slipway.engine.services.cloudformation.template.intrinsics import references

# Source and causing entity.
Cause = tuple[str, str]


def causes(before: Any, after: Any, parameters: Collection[str], changed: Collection[str]) -> list[Cause]:
    """The causes of a change from one expression of the template to another; `changed` are parameters and resources."""
    found = list(dict.fromkeys(_references(after, parameters, changed)))
    return [("DirectModification", ""), *found] if before != after or not found else found


def _references(value: Any, parameters: Collection[str], changed: Collection[str]) -> Iterator[Cause]:
    for reference in references(value):
        if reference.name not in changed:
            continue
        if reference.name in parameters:
            yield "ParameterReference", reference.name
        elif reference.attribute is None:
            yield "ResourceReference", reference.name
        else:
            yield "ResourceAttribute", f"{reference.name}.{reference.attribute}"
