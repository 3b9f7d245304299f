"""The table of who may do what, on what, by whose use or for which reason; and what is left unexplained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from slipway.permissions.templates import Grant, Item
from slipway.permissions.uses import Uses

_NO_USES: Mapping[str, Mapping[str, list[str]]] = {}


@dataclass(frozen=True)
class Row:
    """An action with a resource that it was used on; or an action, or a resource, that no test used.

    `place` is file and line. One that nobody used has the other column empty and, if it has a comment, a `why`.
    """

    role: str
    sid: str
    action: str
    resource: str
    used_by: tuple[str, ...]
    why: str
    place: str

    @property
    def explained(self) -> bool:
        """Whether a test used it, or a comment says what will."""
        return bool(self.used_by or self.why)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self) | {"used_by": list(self.used_by), "explained": self.explained}


def rows(grants: Iterable[Grant], uses: Uses) -> list[Row]:
    """Every grant, in the order of the templates."""
    return [row for grant in grants for row in _of(grant, uses.get(grant.role, {}).get(grant.sid, _NO_USES))]


def _of(grant: Grant, used: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Row]:
    for item in grant.actions:
        for resource, tests in used.get(item.text, {}).items():
            yield _row(grant, item, item.text, resource, tests)
        if item.text not in used:
            yield _row(grant, item, item.text, "", ())
    on = {resource for by_resource in used.values() for resource in by_resource}
    for item in grant.resources:
        if item.text not in on:
            yield _row(grant, item, "", item.text, ())


def _row(grant: Grant, item: Item, action: str, resource: str, tests: Iterable[str]) -> Row:
    return Row(grant.role, grant.sid, action, resource, tuple(tests), item.why, f"{grant.file}:{item.line}")


def needless(grants: Iterable[Grant], uses: Uses) -> list[str]:
    """Comments about nothing but what tests use."""
    spoken: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for grant in grants:
        used = uses.get(grant.role, {}).get(grant.sid, _NO_USES)
        on = {resource for by_resource in used.values() for resource in by_resource}
        for item in (*grant.actions, *grant.resources):
            if item.why:
                spoken[grant.file, item.said].append(item.text in used or item.text in on)
    return [f"{file}:{line}" for (file, line), items in spoken.items() if all(items)]


def unknown(grants: Iterable[Grant], uses: Uses) -> list[str]:
    """Uses of what no template grants any more."""
    there = {
        (grant.role, grant.sid, action.text, resource.text)
        for grant in grants
        for action in grant.actions
        for resource in grant.resources
    }
    return [
        f"{role} {sid} {action} {resource}"
        for role, by_sid in uses.items()
        for sid, by_action in by_sid.items()
        for action, by_resource in by_action.items()
        for resource in by_resource
        if (role, sid, action, resource) not in there
    ]
