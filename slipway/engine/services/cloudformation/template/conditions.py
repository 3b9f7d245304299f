"""The Conditions section, evaluated.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.logic import holds
from slipway.engine.services.cloudformation.template.scope import Scope


class _Conditions(Mapping[str, bool]):
    """Conditions by name, each evaluated when it is first asked for."""

    def __init__(self, declared: Mapping[str, Any], scope: Scope) -> None:
        self._declared = declared
        self._scope = replace(scope, conditions=self)
        self._found: dict[str, bool] = {}
        self._asked: list[str] = []

    def __getitem__(self, name: str) -> bool:
        if name not in self._found:
            if name in self._asked:
                raise TemplateError(f"Template error: circular condition dependency: [{', '.join(self._asked)}]")
            self._asked.append(name)
            self._found[name] = holds(self._declared[name], self._scope)
            self._asked.remove(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


def evaluate(declared: Mapping[str, Any], scope: Scope) -> dict[str, bool]:
    """Every condition by its name."""
    return dict(_Conditions(declared, scope))
