"""Functions over texts and lists.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-join.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-select.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-split.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.functions import function, is_pending, resolve, text
from slipway.engine.services.cloudformation.template.intrinsics import is_function
from slipway.engine.services.cloudformation.template.scope import NO_VALUE, Scope

_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


@function("Fn::Base64")
def base64_of(arguments: Any, scope: Scope) -> Any:
    """The text in Base64."""
    value = resolve(arguments, scope)
    if is_pending(value):
        return {"Fn::Base64": value}
    return base64.b64encode(text(value).encode()).decode()


@function("Fn::Join")
def join(arguments: Any, scope: Scope) -> Any:
    """Texts with a delimiter between them."""
    if not isinstance(arguments, list) or len(arguments) != 2:
        raise TemplateError("Template error: every Fn::Join object requires two parameters, (1) a string delimiter and "
                            "(2) a list of strings to be joined or a function that returns a list of strings "
                            "(such as Fn::GetAZs) to be joined.")  # fmt: skip
    delimiter, parts = arguments[0], resolve(arguments[1], scope)
    if is_pending(parts):
        return {"Fn::Join": [delimiter, parts]}
    if not isinstance(parts, list) or any(isinstance(part, list | Mapping) for part in parts):
        raise TemplateError("Template error: Fn::Join takes a list of strings to be joined")
    return str(delimiter).join(text(part) for part in parts)


@function("Fn::Split")
def split(arguments: Any, scope: Scope) -> Any:
    """A text as the list of what is between a delimiter."""
    if not isinstance(arguments, list) or len(arguments) != 2 or not isinstance(arguments[0], str):
        raise TemplateError(
            "Template error: every Fn::Split object requires two parameters, (1) a string delimiter "
            "and (2) a string to be split or a function that returns a string to be split."
        )
    source = resolve(arguments[1], scope)
    if is_pending(source):
        return {"Fn::Split": [arguments[0], source]}
    return text(source).split(arguments[0])


@function("Fn::Select")
def select(arguments: Any, scope: Scope) -> Any:
    """The item at an index; a list that is written out may have items that are not known."""
    if not isinstance(arguments, list) or len(arguments) != 2:
        raise TemplateError("Template error: Fn::Select requires a list argument with two elements: an integer index "
                            "and a list")  # fmt: skip
    index, items = resolve(arguments[0], scope), resolve(arguments[1], scope)
    if is_pending(index) or is_function(items):
        return {"Fn::Select": [index, items]}
    if not str(index).isdigit() or not isinstance(items, list):
        raise TemplateError("Template error: Fn::Select requires a list argument with two elements: an integer index "
                            "and a list")  # fmt: skip
    if int(index) >= len(items):
        raise TemplateError(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return items[int(index)]


@function("Fn::Sub")
def sub(arguments: Any, scope: Scope) -> Any:
    """A text with `${…}` replaced by variables, parameters, resources and their attributes."""
    template, given = arguments if isinstance(arguments, list) and len(arguments) == 2 else (arguments, {})
    if not isinstance(template, str) or not isinstance(given, Mapping):
        raise TemplateError("Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. "
                            "Specify a string as first argument, and an optional second argument to specify a mapping "
                            "of values to replace in the string")  # fmt: skip
    variables = {name: resolve(value, scope) for name, value in given.items()}
    pending = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal pending
        literal, name = match[1], match[2].strip()
        if literal:
            return match[0]
        value = variables[name] if name in variables else _variable(name, scope)
        if is_pending(value):
            pending = True
            return match[0]
        if value is NO_VALUE or isinstance(value, list | Mapping):
            raise TemplateError(f"Template error: variable {name} in Fn::Sub expression does not resolve to a string")
        # What a value holds is no variable.
        return text(value).replace("${", "${!")

    known = _VARIABLE.sub(replaced, template)
    if not pending:
        return known.replace("${!", "${")
    unknown = {name: value for name, value in variables.items() if is_pending(value)}
    return {"Fn::Sub": [known, unknown] if unknown else known}


def _variable(name: str, scope: Scope) -> Any:
    logical_id, dot, attribute = name.partition(".")
    return resolve({"Fn::GetAtt": [logical_id, attribute]} if dot else {"Ref": name}, scope)


@function("Fn::Length")
def length(arguments: Any, scope: Scope) -> Any:
    """How many items a list has.

    docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-length.html
    """
    items = resolve(arguments, scope)
    if is_function(items):
        return {"Fn::Length": items}
    if not isinstance(items, list):
        raise TemplateError("Template error: Fn::Length takes a list")
    return len(items)


@function("Fn::ToJsonString")
def to_json_string(arguments: Any, scope: Scope) -> Any:
    """An object or a list as JSON.

    docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ToJsonString.html
    """
    value = resolve(arguments, scope)
    if is_pending(value):
        return {"Fn::ToJsonString": value}
    if not isinstance(value, list | Mapping):
        raise TemplateError("Template error: Fn::ToJsonString takes an object or a list")
    return json.dumps(value, separators=(",", ":"))
