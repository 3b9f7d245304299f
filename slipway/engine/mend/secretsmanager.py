"""Secrets Manager: a tag has a key, which its model leaves open.

docs.aws.amazon.com/secretsmanager/latest/apireference/API_Tag.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.secretsmanager"
Operation = Callable[[dict[str, Any]], Any]


def apply() -> None:
    """Put our function around MiniStack's."""
    for name in ("_create_secret", "_tag_resource"):
        adapter.replace(_SERVICE, name, _with_keys)


def _with_keys(operation: Operation) -> Operation:
    def checked(data: dict[str, Any]) -> Any:
        if not all(tag.get("Key") for tag in data.get("Tags") or []):
            message = "The parameter Tags has a tag without a key."
            return adapter.part(_SERVICE).error_response_json("InvalidParameterException", message, 400)
        return operation(data)

    return checked
