"""What the engines journalled, decided once more: `make test-permissions` after other tests.

Every file of tests that ran left its journals below $JOURNALS (tests/journals.py).
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from slipway.permissions import journals, record
from slipway.permissions.journals import ALLOW, Check
from slipway.permissions.uses import uses
from tests.permissions import reference
from tests.permissions.evaluation import allowed
from tests.permissions.test_grants import GRANTS, unexplained

BUNDLE = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("JOURNALS", BUNDLE / "build/journals"))
# What AWS's services do on their own account, and what is asked of no policy.
ASKED_OF_NO_POLICY = ("the service's own", "no policy is asked")
pytestmark = pytest.mark.skipif(
    not any(FOLDER.glob("**/journal.jsonl")), reason=f"no end-to-end test has left a journal below {FOLDER}"
)


@pytest.fixture(scope="session")
def checks() -> list[Check]:
    """Every decision, once for each file of tests."""
    return list(journals.checks(FOLDER))


def told(check: Check) -> str:
    """What to print of a decision."""
    return f"{check.test}: {check.operation} by {check.principal}: {check.call.action} on {check.call.resource}"


def test_whatever_an_engine_decided_another_evaluator_decides_the_same(checks: list[Check]) -> None:
    asked = [check for check in checks if check.kind not in ASKED_OF_NO_POLICY]
    assert asked
    others = Counter(told(check) for check in asked if allowed(check) is not (check.decision == ALLOW))
    assert others == Counter()


def test_no_role_did_anything_without_a_policy_of_its_own(checks: list[Check]) -> None:
    assert [told(check) for check in checks if check.kind == "the service's own" and check.role] == []


def test_every_action_that_a_role_of_the_bundle_was_asked_for_is_one_of_awss(checks: list[Check]) -> None:
    unknown = set()
    for action in {check.call.action for check in checks if check.role}:
        try:
            reference.action(action)
        except reference.NotThere:
            unknown.add(action)
    assert unknown == set()


def test_every_resource_that_was_asked_about_is_of_a_type_that_the_action_is_limited_to(checks: list[Check]) -> None:
    others = set()
    for action, resource in {(check.call.action, check.call.resource) for check in checks if check.role}:
        forms = reference.arns(action)
        fits = reference.may_mean(resource, forms) if reference.resource_types(action) else resource == "*"
        if not fits:
            others.add((action, resource))
    assert others == set()


def test_nothing_that_is_granted_is_without_use_and_without_reason(checks: list[Check]) -> None:
    found = record.merged(record.read(), uses(GRANTS, checks), journals.tests(FOLDER))
    assert unexplained(found) == []
