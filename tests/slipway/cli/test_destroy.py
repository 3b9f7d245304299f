"""`slipway destroy` at the keyboard: what is shown, asked and said in the end."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway import cli, install
from slipway.cli import common, hints
from slipway.destroy import destruction
from slipway.destroy.data import Bucket, Data
from slipway.destroy.destruction import Options, Plan
from slipway.destroy.inventory import Item
from slipway.target import Target
from tests.slipway.stubs import Aws

ENDPOINT = Item("endpoint", "shop-production", "InService")
QUEUES = [Item("queue", "shop-drops"), Item("queue", "shop-failed-drops")]


class Terminal(io.StringIO):
    """A keyboard with somebody at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def done(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Options]]:
    """An install of three things, a bucket and a key; what was carried out."""
    carried: list[Options] = []

    def plan(target: Target, stack: str, options: Options) -> Plan:
        return Plan(target, stack, options, [ENDPOINT, *QUEUES], Data([Bucket("shop-data", 3, 1200)], ["key-1"]))

    def carry_out(planned: Plan, *_: object) -> list[Item]:
        carried.append(planned.options)
        return []

    monkeypatch.setattr(common, "choose", lambda aws_, home, region: aws.target)
    monkeypatch.setattr(common.errors, "_width", 1000)
    monkeypatch.setattr(destruction, "plan", plan)
    monkeypatch.setattr(destruction, "carry_out", carry_out)
    yield carried
    hints.remember_stack(None)  # what these commands were told is not for the next test


def test_it_shows_what_goes_and_what_stays_and_a_no_changes_nothing(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    assert cli.run(["destroy", "--stack", "shop"]) == 1
    err = capsys.readouterr().err
    assert "goes:\n  endpoint: shop-production (InService)\n  queue: shop-drops, shop-failed-drops\n" in err
    assert "stays:\n  bucket: shop-data (3 object versions, 1,200 bytes)\n  key: key-1\n" in err
    assert "install shop stays as it is; nothing was removed" in err
    assert done == []


def test_where_nobody_can_answer_it_shows_what_goes_and_stays_and_says_what_the_answer_is(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli.run(["destroy", "--stack", "shop", "--json"]) == 2
    told = capsys.readouterr()
    assert "goes:\n  endpoint: shop-production (InService)\n" in told.err
    assert "stays:\n  bucket: shop-data (3 object versions, 1,200 bytes)\n" in told.err
    assert told.err.endswith(
        "slipway: destroy asks before it changes anything, and nobody is there to answer; add --yes\n"
    )
    assert (told.out, done) == ("", [])


def test_an_answer_that_is_neither_is_asked_again(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("perhaps\ny\n"))
    assert cli.run(["destroy", "--stack", "shop"]) == 0
    assert capsys.readouterr().err.count("Remove this from local engine at http://127.0.0.1:1?") == 2
    assert len(done) == 1


def test_no_answer_is_a_no(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))  # Ctrl-D; Ctrl-C raises the same
    assert cli.run(["destroy", "--stack", "shop"]) == 1
    assert "install shop stays as it is; nothing was removed" in capsys.readouterr().err
    assert done == []


def test_an_interruption_says_what_goes_on_and_how_to_go_on(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> list[Item]:
        raise KeyboardInterrupt

    monkeypatch.setattr(destruction, "carry_out", interrupt)
    assert cli.run(["destroy", "--stack", "shop", "--yes"]) == 130
    assert capsys.readouterr().err.endswith(
        "slipway: interrupted; local engine at http://127.0.0.1:1 goes on with the stack that is being deleted, and the"
        " rest stays until `slipway destroy --stack shop` is called again, with the same options\n"
    )


def test_what_stays_by_choice_is_not_called_nothing(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run(["destroy", "--stack", "shop", "--yes"]) == 0
    assert capsys.readouterr().out == (
        "install shop is removed\nkept:\n  bucket: shop-data (3 object versions, 1,200 bytes)\n  key: key-1\n"
        "left: nothing\n"
    )


def test_a_yes_removes_it_and_says_that_nothing_is_left(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert cli.run(["destroy", "--stack", "shop", "--delete-data"]) == 0
    assert done == [Options(delete_data=True)]
    assert capsys.readouterr().out.strip() == "install shop is removed; left: nothing"


def test_an_interruption_names_the_install_since_it_is_not_found_by_itself_once_its_root_is_gone(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> list[Item]:
        raise KeyboardInterrupt

    monkeypatch.setattr(destruction, "carry_out", interrupt)
    monkeypatch.setattr(install, "only", lambda target: "shop")
    assert cli.run(["destroy", "--yes"]) == 130
    assert "until `slipway destroy --stack shop` is called again" in capsys.readouterr().err


def test_what_is_left_is_listed_and_is_a_failure(
    done: list[Options], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(destruction, "carry_out", lambda *_: QUEUES)
    assert cli.run(["destroy", "--stack", "shop", "--yes"]) == 1
    out = capsys.readouterr().out
    assert (
        out == "left:\n  queue: shop-drops, shop-failed-drops\n`slipway destroy --stack shop` again removes what was"
        " only slow to end; what is left then is to be removed by hand\n"
    )
    assert cli.run(["destroy", "--stack", "shop", "--yes", "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["left"] == [{"kind": "queue", "name": item.name} for item in QUEUES]
    assert [item["name"] for item in record["kept"]] == ["shop-data", "key-1"]
    assert record["removed"][0] == {"kind": "endpoint", "name": "shop-production", "note": "InService"}
