"""`Fn::ForEach`, which `AWS::LanguageExtensions` unrolls.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.functions import is_pending, resolve, text
from slipway.engine.services.cloudformation.template.scope import Scope

_LOOP = "Fn::ForEach::"
_FAILED = "Transform AWS::LanguageExtensions failed with:"


def unroll(value: Any, scope: Scope) -> Any:
    """`value` with every loop written out."""
    if isinstance(value, list):
        return [unroll(item, scope) for item in value]
    if not isinstance(value, Mapping):
        return value
    found: dict[str, Any] = {}
    for key, item in value.items():
        members = _rounds(key, item, scope) if isinstance(key, str) and key.startswith(_LOOP) else [(key, item)]
        for name, member in members:
            if name in found:
                raise TemplateError(f"{_FAILED} {key}: {name} is there twice")
            found[name] = unroll(member, scope)
    return found


def _rounds(loop: str, arguments: Any, scope: Scope) -> Iterator[tuple[str, Any]]:
    if not isinstance(arguments, list) or len(arguments) != 3 or not isinstance(arguments[2], Mapping):
        raise TemplateError(f"{_FAILED} {loop} layout is incorrect: expected [Identifier, Collection, {{Key: Value}}]")
    identifier, collection, fragment = arguments
    items = resolve(collection, scope)
    if not isinstance(items, list) or is_pending(items):
        raise TemplateError(f"{_FAILED} {loop}: the collection must be a list that is known beforehand")
    for item in items:
        written = _put_in(fragment, str(identifier), text(item))
        # A loop inside of this one is written out with this one's identifier in its place.
        yield from unroll(written, scope).items()


def _put_in(value: Any, identifier: str, item: str) -> Any:
    if isinstance(value, list):
        return [_put_in(member, identifier, item) for member in value]
    if isinstance(value, str):
        return _text(value, identifier, item)
    if not isinstance(value, Mapping):
        return value
    if dict(value) == {"Ref": identifier}:
        return item
    return {_text(key, identifier, item): _put_in(member, identifier, item) for key, member in value.items()}


def _text(value: str, identifier: str, item: str) -> str:
    """`${Identifier}` is the item, `&{Identifier}` the item without what a logical id cannot have."""
    return value.replace(f"${{{identifier}}}", item).replace(f"&{{{identifier}}}", re.sub(r"[^A-Za-z0-9]", "", item))
