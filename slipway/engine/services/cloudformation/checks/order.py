"""The order in which resources can be made: who needs whom, and that nobody needs itself.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.intrinsics import references

Dependencies = dict[str, list[str]]


def dependencies_of(resources: Mapping[str, Any], resolved: Mapping[str, Any]) -> Dependencies:
    """For each resource those that it needs, by `DependsOn` and by what its properties refer to.

    A dependency on a resource whose condition does not hold is none; a reference to one cannot be resolved.
    """
    found = {name: _needed_by(body, resolved[name], resources) for name, body in resources.items()}
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        circle = sorted(set(error.args[1]))
        raise TemplateError(f"Circular dependency between resources: [{', '.join(circle)}]") from error
    return found


def _needed_by(body: Mapping[str, Any], properties: Any, resources: Mapping[str, Any]) -> list[str]:
    referred = {reference.name for reference in references(properties)}
    unresolved = sorted(referred - set(resources))
    if unresolved:
        raise TemplateError(
            f"Template format error: Unresolved resource dependencies [{', '.join(unresolved)}] "
            "in the Resources block of the template"
        )
    depends_on = body.get("DependsOn", [])
    listed = [depends_on] if isinstance(depends_on, str) else depends_on
    return sorted(referred | (set(listed) & set(resources)))
