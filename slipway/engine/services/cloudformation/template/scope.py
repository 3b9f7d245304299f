"""What the functions of a template may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

# What a function gives that is to be left out: an absent property, an absent list item.
NO_VALUE = object()


class Known(Protocol):
    """A resource that is there: its physical id, and its attributes by name."""

    @property
    def reference(self) -> Any:
        """What `Ref` gives."""

    def attribute(self, name: str) -> Any:
        """What `Fn::GetAtt` gives; TemplateError when there is no such attribute."""


def _nothing_is_known(logical_id: str) -> Known | None:
    del logical_id
    return None


def _imports_nothing(name: str) -> str | None:
    del name
    return None


@dataclass(frozen=True)
class Scope:
    """Values by name. A resource or an import that is None is not known yet, and what asks for it stays a function."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    region: str = "us-east-1"
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    resource: Callable[[str], Known | None] = _nothing_is_known
    imported: Callable[[str], str | None] = _imports_nothing
    localized: Callable[[str], str] = str
    has_language_extensions: bool = False

    def knowing(self, resource: Callable[[str], Known | None]) -> Scope:
        """The same scope with other resources."""
        return replace(self, resource=resource)
