"""Which grants calls stood on: a statement as it was deployed is found again in the template that it came from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from slipway.permissions import statement
from slipway.permissions.journals import ALLOW, Check
from slipway.permissions.statement import Document, many
from slipway.permissions.templates import Grant

# Role → Sid → action → resource → the files of tests whose runs used them together.
Uses: TypeAlias = dict[str, dict[str, dict[str, dict[str, list[str]]]]]


class Ambiguous(Exception):
    """A deployed policy could have come from more than one role of the templates."""


def uses(grants: Iterable[Grant], checks: Iterable[Check]) -> Uses:
    """What every allowed call of a role of the bundle stood on."""
    origins, found = _Origins(grants), _nested()
    for check in checks:
        if check.decision == ALLOW:
            for name, document in check.identity.items():
                if name.startswith("role/"):
                    _note(found, origins.of(name, document), document, check)
    plain: Uses = _plain(found)
    return plain


def _note(found: Any, by_sid: Mapping[str, Grant], document: Document, check: Check) -> None:
    for each in statement.statements(document):
        grant = by_sid.get(each.get("Sid", ""))
        if grant is None or not statement.holds(each, check.call):
            continue
        for action in statement.actions(each, check.call):
            for resource in statement.resources(each, check.call):
                found[grant.role][grant.sid][action][_written(grant, each, resource)].add(check.test)


def _written(grant: Grant, deployed: Document, resource: str) -> str:
    """The resource of a template that a deployed one was made of.

    It is at the same place; unless a condition left others out, then it is the one that says most of those that fit.
    """
    listed = many(deployed["Resource"])
    if len(listed) == len(grant.resources):
        return grant.resources[listed.index(resource)].text
    fitting = [item.text for item in grant.resources if _made_of(item.text).fullmatch(resource)]
    if not fitting:
        raise Ambiguous(f"{grant.role} {grant.sid}: no resource in {grant.file} comes to {resource}")
    return max(fitting, key=lambda text: len(_UNKNOWN.sub("", text)))


_UNKNOWN = re.compile(r"\$\{[^}]*\}")


@lru_cache(maxsize=4096)
def _made_of(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in _UNKNOWN.split(text)))


class _Origins:
    """Where deployed policies came from, told by their names, their Sids and the actions of each."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._policies: dict[tuple[str, str], dict[str, Grant]] = defaultdict(dict)
        for grant in grants:
            self._policies[grant.role, grant.policy][grant.sid] = grant
        self._known: dict[int, tuple[Document, Mapping[str, Grant]]] = {}

    def of(self, name: str, document: Document) -> Mapping[str, Grant]:
        """The grants of a policy by Sid; none for a role that is not the bundle's."""
        if id(document) not in self._known:
            self._known[id(document)] = (document, self._search(name.rsplit("/", 1)[-1], document))
        return self._known[id(document)][1]

    def _search(self, policy: str, document: Document) -> Mapping[str, Grant]:
        deployed = {each.get("Sid"): set(many(each["Action"])) for each in _allowing(document)}
        candidates = {
            role: by_sid
            for (role, name), by_sid in self._policies.items()
            if name == policy and all(_fits(by_sid.get(str(sid)), actions) for sid, actions in deployed.items())
        }
        if len(candidates) > 1:
            raise Ambiguous(f"the policy {policy} with {', '.join(map(str, deployed))}: {', '.join(candidates)}")
        return next(iter(candidates.values()), {})


def _fits(grant: Grant | None, actions: set[str]) -> bool:
    return grant is not None and actions <= {item.text for item in grant.actions}


def _allowing(document: Document) -> Iterator[Document]:
    return (each for each in statement.statements(document) if each["Effect"] == "Allow")


def _nested() -> Any:
    return defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(set))))


def _plain(found: Any) -> Any:
    if isinstance(found, set):
        return sorted(found)
    return {key: _plain(value) for key, value in sorted(found.items())}
