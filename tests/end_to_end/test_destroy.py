"""`slipway destroy`, on an install whose first run goes on: what it says, what stops it, what it leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from slipway import local
from tests.end_to_end.inventory import inventory, keys
from tests.end_to_end.plant import STACK, Plant
from tests.end_to_end.support import run_slipway

LATE = f"/aws/sagemaker/Endpoints/{STACK}-production"
MINE = f"{STACK}-eu-training"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """An install that runs, logs of an endpoint that is gone, and a log group of somebody else's."""
    home = tmp_path_factory.mktemp("destroy") / ".slipway"
    try:
        made = Plant(home)
        made.launch()
        made.reached(made.newest(), "Build", "Build")
        for name in (LATE, MINE):
            made.client("logs").create_log_group(logGroupName=name)
        yield made
    finally:
        local.remove(home)


def destroy(plant: Plant, *options: str) -> tuple[int, Any, str]:
    """Exit code, the JSON value (None without one) and what was said on the way."""
    done = run_slipway(plant.home, "destroy", "--json", *options)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def names(items: list[dict[str, str]], kind: str) -> list[str]:
    """Of one kind."""
    return sorted(item["name"] for item in items if item["kind"] == kind)


def of_the_install(plant: Plant) -> dict[str, list[str]]:
    """What there is of it, by the inventory of the tests; API Gateway's log role is the account's."""
    found = inventory(plant.engine)
    ours = {
        kind: [name for name in names if STACK in name and name != MINE and "ApiGatewayLogRole" not in name]
        for kind, names in found.items()
    }
    return {kind: names for kind, names in ours.items() if names}


def test_nobody_there_to_answer_is_told_and_nothing_is_done(plant: Plant) -> None:
    before = of_the_install(plant)
    code, out, err = destroy(plant)
    assert (code, out) == (2, None)
    assert "destroy asks before it changes anything, and nobody is there to answer; add --yes" in err
    assert of_the_install(plant) == before


def test_another_name_is_told_with_what_there_is(plant: Plant) -> None:
    code, _, err = destroy(plant, "--yes", "--stack", "nothing")
    assert code == 4
    assert f"there is nothing of an install nothing in local engine at {plant.engine.url}; installs: {STACK}" in err


def test_a_resource_that_cannot_be_deleted_is_named_with_its_reason(plant: Plant) -> None:
    iam = plant.client("iam")
    (boundary,) = iam.list_policies(Scope="Local")["Policies"]
    iam.create_user(UserName="auditor")
    iam.attach_user_policy(UserName="auditor", PolicyArn=boundary["Arn"])
    code, out, err = destroy(plant, "--yes")
    assert (code, out) == (1, None)
    assert (
        f"stack {STACK} was not deleted (DELETE_FAILED): Boundary (AWS::IAM::ManagedPolicy) in stack {STACK}-Acc" in err
    )
    assert "attached" in err
    assert f"slipway destroy --stack {STACK} --home {plant.home}` again, which goes on where this one was" in err
    iam.detach_user_policy(UserName="auditor", PolicyArn=boundary["Arn"])
    iam.delete_user(UserName="auditor")


def test_the_next_one_goes_on_says_what_stays_and_leaves_nothing_else(plant: Plant) -> None:
    code, out, err = destroy(plant, "--yes", "--stack", STACK)
    assert (code, out["left"]) == (0, [])
    assert LATE in names(out["removed"], "log group")
    assert len(names(out["kept"], "bucket")) == 2
    assert len(names(out["kept"], "key")) == 1
    assert "object versions" in out["kept"][0]["note"]
    assert "stays:" in err
    assert of_the_install(plant) == {"buckets": names(out["kept"], "bucket")}
    assert MINE in inventory(plant.engine)["log groups"]


def test_data_goes_when_it_is_said_so_and_then_there_is_nothing_left_to_destroy(plant: Plant) -> None:
    s3 = plant.client("s3")
    bucket = of_the_install(plant)["buckets"][0]
    s3.put_object(Bucket=bucket, Key="twice", Body=b"1")
    s3.put_object(Bucket=bucket, Key="twice", Body=b"22")
    s3.delete_object(Bucket=bucket, Key="twice")
    s3.create_multipart_upload(Bucket=bucket, Key="unfinished")
    code, out, _ = destroy(plant, "--yes", "--stack", STACK, "--delete-data")
    assert (code, out["kept"], out["left"]) == (0, [], [])
    assert of_the_install(plant) == {}
    assert keys(plant.engine) == []
    code, _, err = destroy(plant, "--yes", "--stack", STACK)
    assert (code, f"there is nothing of an install {STACK}" in err) == (4, True)
