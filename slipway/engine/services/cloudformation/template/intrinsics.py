"""What a template value says before deployment: a literal, or a function whose result is not known yet.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NO_VALUE: Mapping[str, str] = {"Ref": "AWS::NoValue"}
_SUB_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def is_function(value: Any) -> bool:
    """Whether `value` is a call of an intrinsic function: an object with one member named `Ref` or `Fn::…`."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    name = next(iter(value))
    return isinstance(name, str) and (name == "Ref" or name.startswith("Fn::"))


def is_unknown(value: Any) -> bool:
    """Whether the value is only known during deployment: a function, or a dynamic reference in a string."""
    return is_function(value) or (isinstance(value, str) and "{{resolve:" in value)


def branches(value: Any) -> Iterator[Any]:
    """The values `Fn::If` can give, the value itself when it is no `Fn::If`; `AWS::NoValue` gives none."""
    if value == NO_VALUE:
        return
    arguments = value.get("Fn::If") if is_function(value) else None
    if isinstance(arguments, list) and len(arguments) == 3:
        yield from branches(arguments[1])
        yield from branches(arguments[2])
    else:
        yield value


@dataclass(frozen=True)
class Reference:
    """A mention of a parameter, a resource or an attribute of one; `function` is the intrinsic that makes it."""

    function: str
    name: str
    attribute: str | None = None


def references(value: Any) -> Iterator[Reference]:
    """Every reference inside a template value."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, Mapping):
        for key, argument in value.items():
            yield from _references_of_member(key, argument)


def _references_of_member(key: str, argument: Any) -> Iterator[Reference]:
    if key == "Ref" and isinstance(argument, str):
        yield Reference("Ref", argument)
    elif key == "Fn::GetAtt":
        yield from _get_att(argument)
    elif key == "Fn::Sub":
        yield from _sub(argument)
    else:
        yield from references(argument)


def _get_att(argument: Any) -> Iterator[Reference]:
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) != 2 or not isinstance(parts[0], str):
        return
    if isinstance(parts[1], str):
        yield Reference("Fn::GetAtt", parts[0], parts[1])
    else:
        yield Reference("Fn::GetAtt", parts[0])
        yield from references(parts[1])


def _sub(argument: Any) -> Iterator[Reference]:
    text, bindings = [*argument, {}][:2] if isinstance(argument, list) else (argument, {})
    names = bindings if isinstance(bindings, Mapping) else {}
    yield from references(list(names.values()))
    for variable in _SUB_VARIABLE.findall(text) if isinstance(text, str) else ():
        name, _, attribute = variable.strip().partition(".")
        if variable not in names:
            yield Reference("Fn::Sub", name, attribute or None)


def condition_names(value: Any) -> Iterator[str]:
    """The conditions that `Fn::If` calls inside a template value name."""
    if isinstance(value, list):
        for item in value:
            yield from condition_names(item)
    elif isinstance(value, Mapping):
        for key, argument in value.items():
            if key == "Fn::If" and isinstance(argument, list) and argument and isinstance(argument[0], str):
                yield argument[0]
            yield from condition_names(argument)
