"""Condition functions.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.functions import function, resolve, text
from slipway.engine.services.cloudformation.template.scope import Scope

_FEWEST, _MOST = 2, 10


@function("Fn::If")
def if_(arguments: Any, scope: Scope) -> Any:
    """One of two values, by a condition."""
    if not isinstance(arguments, list) or len(arguments) != 3:
        raise TemplateError("Template error: Fn::If requires a list argument with three elements")
    name, then, otherwise = arguments
    return resolve(then if _condition(name, scope) else otherwise, scope)


@function("Fn::Equals")
def equals(arguments: Any, scope: Scope) -> Any:
    """Whether two values are the same text."""
    if not isinstance(arguments, list) or len(arguments) != 2:
        raise TemplateError("Template error: every Fn::Equals object requires a list of 2 string parameters.")
    first, second = (resolve(argument, scope) for argument in arguments)
    return _comparable(first) == _comparable(second)


@function("Fn::Not")
def not_(arguments: Any, scope: Scope) -> Any:
    """The opposite."""
    if not isinstance(arguments, list) or len(arguments) != 1:
        raise TemplateError("Template error: every Fn::Not object requires one boolean parameter.")
    return not holds(arguments[0], scope)


@function("Fn::And")
def and_(arguments: Any, scope: Scope) -> Any:
    """Whether all hold."""
    return all(holds(argument, scope) for argument in _several("Fn::And", arguments))


@function("Fn::Or")
def or_(arguments: Any, scope: Scope) -> Any:
    """Whether one holds."""
    return any(holds(argument, scope) for argument in _several("Fn::Or", arguments))


def holds(value: Any, scope: Scope) -> bool:
    """A member of Conditions, or an argument of a condition function, as a truth."""
    if isinstance(value, Mapping) and set(value) == {"Condition"}:
        return _condition(value["Condition"], scope)
    resolved = resolve(value, scope)
    if isinstance(resolved, bool):
        return resolved
    if isinstance(resolved, str) and resolved.lower() in ("true", "false"):
        return resolved.lower() == "true"
    raise TemplateError("Template format error: Conditions can only be boolean operations on parameters and other "
                        "conditions")  # fmt: skip


def _condition(name: Any, scope: Scope) -> bool:
    if not isinstance(name, str) or name not in scope.conditions:
        raise TemplateError(f"Template error: unresolved condition dependency: {name}")
    return scope.conditions[name]


def _several(name: str, arguments: Any) -> list[Any]:
    if not isinstance(arguments, list) or not _FEWEST <= len(arguments) <= _MOST:
        raise TemplateError(f"Template error: every {name} object requires a list of at least 2 and at most 10 "
                            "boolean parameters.")  # fmt: skip
    return arguments


def _comparable(value: Any) -> Any:
    return value if isinstance(value, list | Mapping) else text(value)
