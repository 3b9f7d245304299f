"""How an operation uses a KMS key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Use:
    """What a request does with a key: the actions of KMS, and the encryption context that the service gives."""

    key_id: str
    actions: tuple[str, ...]
    context: Mapping[str, str]


Uses = Callable[[Params], Iterable[Use]]
# The service's error for what KMS says: `AccessDenied` and KMS's own codes.
Errors = Mapping[str, str]


@dataclass(frozen=True)
class Encrypted:
    """The operations of a service that use keys, and how it tells what KMS refuses."""

    operations: Mapping[str, Uses]
    errors: Errors
