"""Values of which a part is not known yet, as resource types check them (`slipway.engine.resource.Partly`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.resource import Partly
from slipway.engine.services.cloudformation.template.intrinsics import is_function

_UNKNOWN = "${Unknown}"


def partly(value: Any) -> Any:
    """`value`, as far as it is resolved, with a `Partly` in the place of every function that is left."""
    if isinstance(value, list):
        return [partly(item) for item in value]
    if not isinstance(value, Mapping):
        return Partly(value) if isinstance(value, str) and "{{resolve:" in value else value
    if is_function(value):
        return Partly(_text(*next(iter(value.items()))))
    return {key: partly(item) for key, item in value.items()}


def _text(name: str, arguments: Any) -> str:
    if name == "Ref":
        return f"${{{arguments}}}"
    if name == "Fn::GetAtt":
        return f"${{{'.'.join(str(part) for part in arguments)}}}"
    if name == "Fn::Sub":
        return str(arguments[0] if isinstance(arguments, list) else arguments)
    if name == "Fn::Join" and isinstance(arguments[1], list):
        return str(arguments[0]).join(str(partly(part)) for part in arguments[1])
    return _UNKNOWN
