"""Functions that look something up: references, attributes, mappings, exports.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getatt.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.functions import function, is_pending, resolve, text
from slipway.engine.services.cloudformation.template.scope import NO_VALUE, Scope


@function("Ref")
def ref(arguments: Any, scope: Scope) -> Any:
    """A parameter's value or a resource's physical id."""
    name = resolve(arguments, scope)
    if name == "AWS::NoValue":
        return NO_VALUE
    if not isinstance(name, str):
        return {"Ref": name}
    if name in scope.parameters:
        return scope.parameters[name]
    found = scope.resource(name)
    return {"Ref": name} if found is None else found.reference


@function("Fn::GetAtt")
def get_att(arguments: Any, scope: Scope) -> Any:
    """An attribute of a resource."""
    parts = arguments.split(".", 1) if isinstance(arguments, str) else arguments
    if not isinstance(parts, list) or len(parts) != 2:
        raise TemplateError("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource "
                            "name and the resource attribute")  # fmt: skip
    logical_id, attribute = resolve(parts[0], scope), resolve(parts[1], scope)
    if is_pending(logical_id) or is_pending(attribute):
        return {"Fn::GetAtt": [logical_id, attribute]}
    found = scope.resource(logical_id)
    return {"Fn::GetAtt": [logical_id, attribute]} if found is None else found.attribute(attribute)


@function("Fn::FindInMap")
def find_in_map(arguments: Any, scope: Scope) -> Any:
    """A value of the Mappings section; with the language extensions there may be a default."""
    if not isinstance(arguments, list) or len(arguments) not in (3, 4):
        raise TemplateError("Template error: every Fn::FindInMap object requires three parameters, the map name, "
                            "map key and the attribute for return value")  # fmt: skip
    keys = [resolve(key, scope) for key in arguments[:3]]
    if any(is_pending(key) for key in keys):
        return {"Fn::FindInMap": [*keys, *arguments[3:]]}
    value: Any = scope.mappings
    for key in keys:
        value = value.get(text(key)) if isinstance(value, Mapping) else None
    if value is not None:
        return value
    default = arguments[3] if len(arguments) == 4 and scope.has_language_extensions else None
    if isinstance(default, Mapping) and "DefaultValue" in default:
        return resolve(default["DefaultValue"], scope)
    named = "::".join(text(key) for key in keys)
    raise TemplateError(f"Template error: Unable to get mapping for {named}")


@function("Fn::ImportValue")
def import_value(arguments: Any, scope: Scope) -> Any:
    """What another stack exports."""
    name = resolve(arguments, scope)
    if is_pending(name):
        return {"Fn::ImportValue": name}
    found = scope.imported(text(name))
    return {"Fn::ImportValue": name} if found is None else found


@function("Fn::GetAZs")
def availability_zones(arguments: Any, scope: Scope) -> Any:
    """The zones of a region; the engine's regions have three, since it has no networks that could tell.

    docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
    """
    region = resolve(arguments, scope) or scope.region
    return {"Fn::GetAZs": region} if is_pending(region) else [f"{region}{zone}" for zone in "abc"]
