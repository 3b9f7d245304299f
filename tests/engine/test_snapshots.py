"""States on disk: written when they differ, and kept when they cannot be read or written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.engine.snapshots import Snapshots


def growing(failures: int) -> Callable[[], str]:
    """A state that some other thread is changing while it is read, a few times."""
    left = [failures]

    def state() -> str:
        if left[0]:
            left[0] -= 1
            raise RuntimeError("dictionary changed size during iteration")
        return "settled"

    return state


def test_a_state_is_written_only_when_it_differs(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    assert snapshots.save({"sqs": lambda: "one"})
    (tmp_path / "sqs.json").write_text("untouched")
    assert snapshots.save({"sqs": lambda: "one"})
    assert (tmp_path / "sqs.json").read_text() == "untouched"
    assert snapshots.save({"sqs": lambda: "two"})
    assert (tmp_path / "sqs.json").read_text() == "two"


def test_a_service_without_state_leaves_its_file_alone(tmp_path: Path) -> None:
    (tmp_path / "sqs.json").write_text("from the last run")
    assert Snapshots(tmp_path).save({"sqs": lambda: None})
    assert (tmp_path / "sqs.json").read_text() == "from the last run"


def test_a_state_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    assert Snapshots(tmp_path).save({"sqs": growing(4)})
    assert (tmp_path / "sqs.json").read_text() == "settled"


def test_a_state_that_never_settles_is_named_and_the_others_are_saved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert not Snapshots(tmp_path).save({"sqs": growing(99), "sns": lambda: "one"})
    assert (tmp_path / "sns.json").read_text() == "one"
    assert "the state of sqs was not saved, and will be tried again: dictionary changed size" in caplog.text


def test_a_disk_that_is_full_keeps_the_file_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    snapshots = Snapshots(tmp_path)
    snapshots.save({"sqs": lambda: "one"})

    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        assert not snapshots.save({"sqs": lambda: "two"})
    assert "the state of sqs was not saved" in caplog.text and "No space left on device" in caplog.text
    assert (tmp_path / "sqs.json").read_text() == "one"
    assert snapshots.save({"sqs": lambda: "two"})
    assert (tmp_path / "sqs.json").read_text() == "two"
