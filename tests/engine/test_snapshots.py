"""States on disk: written when they differ, and kept when they cannot be read or written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.engine.snapshots import Snapshots
from slipway.engine.store import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "slipway.db")


def restored(database: Database, folder: Path) -> dict[str, str]:
    """What the next engine finds."""
    Snapshots(database).restore(folder)
    return {path.name: path.read_text() for path in folder.iterdir()}


def growing(failures: int) -> Callable[[], str]:
    """A state that some other thread is changing while it is read, a few times."""
    left = [failures]

    def state() -> str:
        if left[0]:
            left[0] -= 1
            raise RuntimeError("dictionary changed size during iteration")
        return "settled"

    return state


def test_the_latest_state_is_restored(database: Database, tmp_path: Path) -> None:
    snapshots = Snapshots(database)
    snapshots.save({"sqs": lambda: "one", "sns": lambda: "other"})
    snapshots.save({"sqs": lambda: "two"})
    assert restored(database, tmp_path / "states") == {"sqs.json": "two", "sns.json": "other"}


def test_a_state_is_written_only_when_it_differs(database: Database, tmp_path: Path) -> None:
    snapshots = Snapshots(database)
    snapshots.save({"sqs": lambda: "one"})
    database.execute("UPDATE snapshots SET text = 'untouched'")
    snapshots.save({"sqs": lambda: "one"})
    assert restored(database, tmp_path / "states") == {"sqs.json": "untouched"}


def test_a_service_without_state_keeps_what_was_written(database: Database, tmp_path: Path) -> None:
    Snapshots(database).save({"sqs": lambda: "from the last run"})
    Snapshots(database).save({"sqs": lambda: None})
    assert restored(database, tmp_path / "states") == {"sqs.json": "from the last run"}


def test_a_state_that_changes_while_it_is_read_is_read_again(database: Database, tmp_path: Path) -> None:
    Snapshots(database).save({"sqs": growing(4)})
    assert restored(database, tmp_path / "states") == {"sqs.json": "settled"}


def test_a_state_that_never_settles_is_an_error(database: Database) -> None:
    with pytest.raises(OSError, match="a state changes faster than it can be read: dictionary changed size"):
        Snapshots(database).save({"sqs": growing(99)})


def test_a_state_that_the_disk_does_not_take_is_an_error_and_is_written_the_next_time(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots(database)

    def full(sql: str, *values: str) -> list[tuple[str, ...]]:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(database, "execute", full)
        with pytest.raises(OSError, match="the state of sqs was not written: database or disk is full"):
            snapshots.save({"sqs": lambda: "one"})
    snapshots.save({"sqs": lambda: "one"})
    assert restored(database, tmp_path / "states") == {"sqs.json": "one"}
