"""What earlier runs of the tests used, kept beside this module: `uses.json`.

All end-to-end tests take the better part of an hour. A run of some of them stands in for what the record says of the
same files, and the record for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from slipway.permissions.uses import Uses

FILE = Path(__file__).with_name("uses.json")


def read() -> Uses:
    """The record."""
    found: Uses = {}
    for role, sid, action, resource, tests in json.loads(FILE.read_text("utf-8")):
        _add(found, role, sid, action, resource, tests)
    return found


def write(uses: Uses) -> None:
    """Replace the record: a row a line, so that it can be compared."""
    rows = (json.dumps(row) for row in sorted(_leaves(uses)))
    FILE.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")


def merged(recorded: Uses, seen: Uses, tests: Collection[str]) -> Uses:
    """The record with what was seen of these files of tests in the place of what it says of them."""
    found: Uses = {}
    for role, sid, action, resource, users in _leaves(recorded):
        _add(found, role, sid, action, resource, [test for test in users if test not in tests])
    for role, sid, action, resource, users in _leaves(seen):
        _add(found, role, sid, action, resource, users)
    return found


def _leaves(uses: Uses) -> Iterator[tuple[str, str, str, str, list[str]]]:
    for role, by_sid in uses.items():
        for sid, by_action in by_sid.items():
            for action, by_resource in by_action.items():
                for resource, users in by_resource.items():
                    yield role, sid, action, resource, users


def _add(uses: Uses, role: str, sid: str, action: str, resource: str, users: list[str]) -> None:
    if users:
        place = uses.setdefault(role, {}).setdefault(sid, {}).setdefault(action, {})
        place[resource] = sorted({*place.get(resource, []), *users})
