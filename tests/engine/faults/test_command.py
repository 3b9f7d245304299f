"""`slipway fault` on a running engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from slipway import cli
from tests.engine.conftest import RunningEngine

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(ruled: RunningEngine, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command on the engine: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run([*arguments, "--home", str(ruled.home)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def found(run: Run) -> Any:
    return json.loads(run("fault", "list", "--json")[1])


def test_a_rule_is_set_listed_and_cleared(run: Run) -> None:
    assert run("fault", "list")[1] == "no faults are set\n"
    arguments = ["--service", "s3", "--operation", "Put*", "--probability", "0.05", "--times", "3", "--seed", "7"]
    code, out, _ = run("fault", "add", "throttle", *arguments)
    assert code == 0
    assert "throttle s3:Put*, 5 % of them, 3 times at most; hit 0 times\nseed 7; `slipway fault clear --home" in out
    [rule] = found(run)
    told = {"what": "throttle", "service": "s3", "operation": "Put*", "caller": "*", "probability": 0.05, "times": 3}
    assert rule == {**told, "seed": "7", "id": rule["id"], "hits": 0}
    assert run("fault", "clear", rule["id"])[1] == f"cleared rule {rule['id']}\n"
    assert run("fault", "clear", "--json")[1] == '{\n  "cleared": []\n}\n'


def test_a_rule_without_a_seed_gets_one_so_that_it_can_be_repeated(run: Run) -> None:
    added = json.loads(run("fault", "add", "kill", "--job", "endpoint/*", "--seconds", "2", "--json")[1])
    assert len(added["seed"]) == 8
    assert {name: added[name] for name in ("what", "job", "seconds")} == {
        "what": "kill",
        "job": "endpoint/*",
        "seconds": 2.0,
    }


def test_status_says_that_things_fail_on_purpose(run: Run) -> None:
    assert run("status")[2] == ""
    run("fault", "add", "slow", "--service", "sqs", "--seconds", "0")
    _, _, told = run("status")
    assert told.startswith("faults are set, so that things fail on purpose: 1 (`slipway fault list --home")
    assert [rule["what"] for rule in json.loads(run("status", "--json")[1])["faults"]] == ["slow"]


WRONG = {
    "what": (["explode"], "'explode' is not one of"),
    "a job of calls": (
        ["throttle", "--job", "x"],
        "slipway: throttle hits calls, not jobs: job says nothing about them",
    ),
    "a share": (["throttle", "--probability", "2"], "Input should be less than or equal to 1"),
    "never": (["throttle", "--probability", "0"], "slipway: a probability is above 0 and at most 1, not 0"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_rule_is_a_usage_error(run: Run, arguments: list[str], told: str) -> None:
    code, _, message = run("fault", "add", *arguments)
    assert code == 2
    assert told in message
    assert found(run) == []
