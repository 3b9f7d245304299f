"""Taking one statement away from a role, and what that shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slipway.runs import Action
from tests.end_to_end.support import Desk, denials, journal


@dataclass(frozen=True)
class Statement:
    """A statement of a role's policy, and the step that needs it.

    `role` is the way to it: what the stack's name adds to the install's, then logical ids. `action` is the first call
    that is denied without the statement, `fails` the `Stage/Action` whose failure that is. The failure's
    words are AWS's, if `told` has no others.
    """

    role: tuple[str, ...]
    sid: str
    action: str
    fails: str
    told: str = ""

    @property
    def words(self) -> str:
        """What the failure must say."""
        return self.told or f"is not authorized to perform: {self.action}"

    @property
    def name(self) -> str:
        """For the test's id."""
        return "-".join((*self.role, self.sid)).strip("-")


@dataclass(frozen=True)
class Observed:
    """What happened without a statement: what failed, and what was denied to whom until then."""

    failed: Action
    role: str
    denials: list[tuple[str, str]]


def observe(desk: Desk, statement: Statement, start: Callable[[], str]) -> Observed:
    """Take the statement away, `start` a run that needs it, wait for the failure, and put the statement back."""
    suffix, *logical_ids = statement.role
    role = desk.physical_id(f"{desk.install.stack}{suffix}", *logical_ids)
    before = len(journal(desk.engine))
    with without(desk.client("iam"), role, statement.sid):
        failed = desk.until_failure(start())
    return Observed(failed, role, denials(journal(desk.engine)[before:]))


@contextmanager
def without(iam: Any, role: str, sid: str) -> Iterator[None]:
    """Take the statement out of the inline policy that has it, and put it back afterwards."""
    name, document = _policy_with(iam, role, sid)
    rest = [statement for statement in document["Statement"] if statement["Sid"] != sid]
    _put(iam, role, name, {**document, "Statement": rest})
    try:
        yield
    finally:
        _put(iam, role, name, document)


def _policy_with(iam: Any, role: str, sid: str) -> tuple[str, dict[str, Any]]:
    sids = []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document: dict[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        sids += [statement["Sid"] for statement in document["Statement"]]
        if sid in sids:
            return name, document
    raise AssertionError(f"{role} has no statement {sid}; it has {', '.join(sids)}")


def _put(iam: Any, role: str, name: str, document: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
