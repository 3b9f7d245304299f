"""What a person says at the gate is what happens: no to a model, and never another model than the one approved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from slipway import runs
from tests.end_to_end.second import Second
from tests.end_to_end.support import Desk, wait


@dataclass(frozen=True)
class Production:
    """What production runs."""

    endpoint_config: str
    champion: str
    changed: Any


def production(desk: Desk) -> Production:
    """As it is now."""
    name = desk.install.environment("production")["EndpointName"]
    endpoint = desk.client("sagemaker").describe_endpoint(EndpointName=name)
    return Production(endpoint["EndpointConfigName"], desk.champion(), endpoint["LastModifiedTime"])


@dataclass(frozen=True)
class Rejected:
    """A run that was rejected, and production before and after that."""

    error: str
    before: Production
    after: Production


@pytest.fixture(scope="module")
def rejected(second: Second) -> Rejected:
    """`slipway reject` to the run that waits."""
    desk = second.desk
    before = production(desk)
    desk.command("reject", "--summary", "the recall is too low")
    failed = desk.until_failure(second.waiting)
    assert f"{failed.stage}/{failed.name}" == "Test/Approve"
    wait(lambda: True if desk.model_packages()[2] != "PendingManualApproval" else None, "the rejection of the package")
    return Rejected(failed.error, before, production(desk))


def test_a_rejected_run_says_why(rejected: Rejected) -> None:
    assert "the recall is too low" in rejected.error


def test_the_package_of_a_rejected_run_is_marked_rejected_with_the_reason(rejected: Rejected, second: Second) -> None:
    assert second.desk.model_packages() == {1: "Approved", 2: "Rejected"}
    package = f"{second.desk.champion().removesuffix('/1')}/2"
    described = second.desk.client("sagemaker").describe_model_package(ModelPackageName=package)
    assert described["ApprovalDescription"] == "the recall is too low"


def test_production_stays_as_it_was(rejected: Rejected) -> None:
    assert rejected.after == rejected.before
    assert rejected.after.champion.endswith("/1")


@contextmanager
def another_champion(desk: Desk) -> Iterator[str]:
    """Let production's parameter name another package for a while, as if somebody had deployed one."""
    ssm = desk.client("ssm")
    old = ssm.get_parameter(Name=desk.champion_parameter)["Parameter"]["Value"]
    other = f"{json.loads(old)['modelPackageArn']}00"
    ssm.put_parameter(
        Name=desk.champion_parameter, Value=json.dumps({**json.loads(old), "modelPackageArn": other}), Overwrite=True
    )
    try:
        yield other
    finally:
        ssm.put_parameter(Name=desk.champion_parameter, Value=old, Overwrite=True)


def test_what_was_approved_beside_one_champion_does_not_replace_another(rejected: Rejected, second: Second) -> None:
    desk = second.desk
    desk.until_approval(desk.retry(second.waiting, "Test"))
    known = [run.id for run in runs.history(desk.install)]
    with another_champion(desk) as champion:
        failed = desk.until_failure(second.waiting)
        assert f"{failed.stage}/{failed.name}" == "Test/Check"
        assert "ChampionChanged" in failed.error
        assert f"found {champion}" in failed.error
    assert [run.id for run in runs.history(desk.install)] == known, "a refusal starts no rollback"
    assert desk.model_packages() == {1: "Approved", 2: "Rejected"}
    assert production(desk).endpoint_config == rejected.before.endpoint_config
