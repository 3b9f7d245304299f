"""A statement, compiled: which actions, which resources, under which conditions, and for whom.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from slipway.engine.policy import principals, wildcards
from slipway.engine.policy.conditions import Condition, parse_conditions
from slipway.engine.policy.principals import Principals
from slipway.engine.policy.request import Keys, Request
from slipway.engine.policy.variables import NoValue, Template, parse


@dataclass(frozen=True)
class Element:
    """Resource or NotResource; a statement without either (a trust policy's) is about what it is attached to."""

    templates: tuple[Template, ...]
    excluding: bool

    @cached_property
    def _fixed(self) -> tuple[wildcards.Expression, ...]:
        return tuple(wildcards.resource(each.filled({})) for each in self.templates if each.fixed)

    @cached_property
    def _varying(self) -> tuple[Template, ...]:
        return tuple(each for each in self.templates if not each.fixed)

    def holds(self, resource: str, keys: Keys) -> bool:
        """Whether the element is about `resource`; NoValue when a variable makes an exclusion void."""
        found = any(each.fullmatch(resource) for each in self._fixed) or any(
            self._filled_matches(each, resource, keys) for each in self._varying
        )
        return found is not self.excluding

    def _filled_matches(self, template: Template, resource: str, keys: Keys) -> bool:
        try:
            return wildcards.resource(template.filled(keys)).fullmatch(resource) is not None
        except NoValue:
            if self.excluding:
                raise
            return False


@dataclass(frozen=True)
class Statement:
    """One statement; `label` is its Sid or its place in the document."""

    label: str
    allows: bool
    actions: tuple[wildcards.Expression, ...]
    not_actions: bool
    resources: Element | None
    conditions: tuple[Condition, ...]
    principals: Principals | None

    def is_about_action(self, action: str) -> bool:
        """Whether the Action or NotAction element holds for `action`, given in lower case."""
        return any(each.fullmatch(action) for each in self.actions) is not self.not_actions

    def holds(self, request: Request) -> bool:
        """Whether resource and conditions hold; a variable without a value makes the statement void."""
        try:
            return (self.resources is None or self.resources.holds(request.resource, request.keys)) and all(
                condition.met(request.keys) for condition in self.conditions
            )
        except NoValue:
            return False


def compile_statement(source: Mapping[str, Any], index: int, *, variables: bool) -> Statement:
    """The statement at `index` (from 1) of a document that `grammar.check` has let in."""
    not_actions = "NotAction" in source
    return Statement(
        label=str(source.get("Sid") or f"#{index}"),
        allows=source["Effect"] == "Allow",
        actions=tuple(wildcards.action(each) for each in strings(source["NotAction" if not_actions else "Action"])),
        not_actions=not_actions,
        resources=_resources(source, variables=variables),
        conditions=parse_conditions(source.get("Condition") or {}, variables=variables),
        principals=_principals(source),
    )


def strings(value: Any) -> list[str]:
    """An element's values: one text, or a list of them."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _resources(source: Mapping[str, Any], *, variables: bool) -> Element | None:
    for name in ("Resource", "NotResource"):
        if name in source:
            templates = tuple(parse(each, variables=variables) for each in strings(source[name]))
            return Element(templates, excluding=name == "NotResource")
    return None


def _principals(source: Mapping[str, Any]) -> Principals | None:
    for name in ("Principal", "NotPrincipal"):
        if name in source:
            return principals.parse(source[name], excluding=name == "NotPrincipal")
    return None
