"""A second install beside the demo's: they do not meet, and a run misses every statement that a role lacks."""

from __future__ import annotations

import pytest

from slipway import api
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.inventory import AUTOSCALING_ROLE, JOB_LOGS, inventory
from tests.end_to_end.second import BUILD, FIRST_RUN, Second
from tests.end_to_end.statements import Observed, Statement

STATEMENTS = [pytest.param(statement, id=statement.name) for statement in (*FIRST_RUN, BUILD)]


@pytest.fixture
def observed(second: Second, statement: Statement) -> Observed:
    """What happened without the statement."""
    return second.observed[statement]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_run_fails_at_the_step_that_needs_the_statement(observed: Observed, statement: Statement) -> None:
    assert f"{observed.failed.stage}/{observed.failed.name}" == statement.fails


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_role_is_denied_the_action_that_the_statement_allows(observed: Observed, statement: Statement) -> None:
    denied_to, action = observed.denials[0]
    assert action == statement.action
    assert f":assumed-role/{observed.role}/" in denied_to


@pytest.mark.parametrize("statement", STATEMENTS)
def test_nobody_else_is_denied_anything(observed: Observed, statement: Statement) -> None:
    assert {caller.split("/")[1] for caller, _ in observed.denials} == {observed.role}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_failure_names_the_action(observed: Observed, statement: Statement) -> None:
    assert statement.words in observed.failed.error


def test_the_run_that_missed_them_all_got_to_production(second: Second) -> None:
    run = second.desk.run(second.in_production)
    assert run.status == "Succeeded"
    failed = [f"{action.stage}/{action.name}" for action in run.actions if action.status == "Failed"]
    assert failed == [statement.fails for statement in FIRST_RUN]


def test_what_had_succeeded_before_a_failure_was_not_done_again(second: Second) -> None:
    run = second.desk.run(second.in_production)
    succeeded = [f"{action.stage}/{action.name}" for action in run.actions if action.status == "Succeeded"]
    assert len(succeeded) == len(set(succeeded)) == 12


def test_the_apis_of_both_installs_answer(second: Second, demonstration: Demonstration) -> None:
    features = demonstration.record["prediction"]["features"]
    for desk in (demonstration.desk, second.desk):
        for environment in ("test", "production"):
            assert len(api.of(desk.install, environment).predict(features).body["predictions"]) == 1


def test_the_two_installs_share_no_address(second: Second, demonstration: Demonstration) -> None:
    theirs, ours = demonstration.desk.install.outputs, second.desk.install.outputs
    assert theirs.keys() == ours.keys()
    assert {name for name in ours if ours[name] and ours[name] == theirs[name]} == {"Branch"}


def test_all_that_a_person_sees_is_named_after_its_install(second: Second, demonstration: Demonstration) -> None:
    stacks = (second.desk.install.stack, demonstration.desk.install.stack)
    others = {
        kind: [name for name in names if not any(stack in name for stack in stacks)]
        for kind, names in inventory(second.desk.engine).items()
    }
    uploads = [name for name in others["buckets"] if name.startswith("slipway-launch-")]
    assert len(uploads) == 1
    assert {kind: names for kind, names in others.items() if names} == {
        "buckets": uploads,
        "log groups": JOB_LOGS,
        "roles": [AUTOSCALING_ROLE],
    }
