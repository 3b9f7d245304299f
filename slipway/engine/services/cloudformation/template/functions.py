"""Values with their functions resolved, as far as what they need is known.

A function whose arguments are not all known stays what it is, with the arguments that are: so the same code evaluates a
template before anything is made, to check it, and resolves a resource's properties when it is made.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.intrinsics import is_function
from slipway.engine.services.cloudformation.template.scope import NO_VALUE, Scope

# A function gets its arguments as the template writes them, and resolves those that it wants.
Function = Callable[[Any, Scope], Any]
_FUNCTIONS: dict[str, Function] = {}
_OF_LANGUAGE_EXTENSIONS = frozenset({"Fn::Length", "Fn::ToJsonString", "Fn::ForEach"})


def function(name: str) -> Callable[[Function], Function]:
    """Declare the function called `name`."""

    def declare(resolver: Function) -> Function:
        _FUNCTIONS[name] = resolver
        return resolver

    return declare


def resolve(value: Any, scope: Scope) -> Any:
    """`value` with every function resolved whose arguments are known."""
    if isinstance(value, list):
        return [item for item in (resolve(item, scope) for item in value) if item is not NO_VALUE]
    if not isinstance(value, Mapping):
        return value
    if is_function(value):
        name, arguments = next(iter(value.items()))
        return _called(name, arguments, scope)
    resolved = ((key, resolve(item, scope)) for key, item in value.items())
    return {key: item for key, item in resolved if item is not NO_VALUE}


def _called(name: str, arguments: Any, scope: Scope) -> Any:
    known = name in _FUNCTIONS and (scope.has_language_extensions or name not in _OF_LANGUAGE_EXTENSIONS)
    if not known:
        supported = ", ".join(sorted(set(_FUNCTIONS) - _OF_LANGUAGE_EXTENSIONS))
        raise TemplateError(
            f"Template validation error: Template error: Encountered unsupported function: {name} "
            f"Supported functions are: [{supported}]"
        )
    result = _FUNCTIONS[name](arguments, scope)
    return scope.localized(result) if isinstance(result, str) else result


def is_pending(value: Any) -> bool:
    """Whether a resolved value still has a function in it."""
    if isinstance(value, list):
        return any(is_pending(item) for item in value)
    if isinstance(value, Mapping):
        return is_function(value) or any(is_pending(item) for item in value.values())
    return False


def text(value: Any) -> str:
    """A scalar as CloudFormation puts it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
