"""What `pytest --journals FOLDER` leaves."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.journals import Journals


def item(root: Path, name: str, folder: str = "end_to_end") -> Any:
    """A test of a file."""
    return SimpleNamespace(path=root / f"tests/{folder}/{name}.py", config=SimpleNamespace(rootpath=root))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An engine's home below pytest's temporary folder."""
    home = tmp_path / "base/demo0/.slipway"
    home.mkdir(parents=True)
    (home / "journal.jsonl").write_text("one\n")
    (home / "policies.jsonl").write_text("policy\n")
    return home


@pytest.fixture
def journals(tmp_path: Path, home: Path) -> Journals:
    """The plugin, told where homes are."""
    made = Journals(tmp_path / "left")
    made.base = tmp_path / "base"
    return made


def left(tmp_path: Path) -> dict[str, str]:
    """What was left, by its place."""
    folder = tmp_path / "left"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.jsonl")}


def test_a_file_leaves_its_journals_before_its_last_test_is_torn_down(tmp_path: Path, journals: Journals) -> None:
    journals.pytest_runtest_teardown(item(tmp_path, "test_demo"), item(tmp_path, "test_demo"))
    assert not (tmp_path / "left").exists()
    journals.pytest_runtest_teardown(item(tmp_path, "test_demo"), None)
    place = "tests.end_to_end.test_demo/demo0"
    assert left(tmp_path) == {f"{place}/journal.jsonl": "one\n", f"{place}/policies.jsonl": "policy\n"}


def test_a_file_that_goes_on_with_an_engine_leaves_what_it_added(
    tmp_path: Path, journals: Journals, home: Path
) -> None:
    demo, clients = item(tmp_path, "test_demo"), item(tmp_path, "test_clients")
    journals.pytest_runtest_teardown(demo, clients)
    with (home / "journal.jsonl").open("a") as journal:
        journal.write("two\n")
    journals.pytest_runtest_teardown(clients, None)
    assert left(tmp_path)["tests.end_to_end.test_clients/demo0/journal.jsonl"] == "two\n"


def test_a_file_that_runs_again_replaces_what_it_left(tmp_path: Path, journals: Journals) -> None:
    old = tmp_path / "left/tests.end_to_end.test_demo/older0/journal.jsonl"
    old.parent.mkdir(parents=True)
    old.write_text("old\n")
    journals.pytest_runtest_teardown(item(tmp_path, "test_demo"), None)
    assert "tests.end_to_end.test_demo/older0/journal.jsonl" not in left(tmp_path)


def test_a_file_that_tries_the_engine_out_leaves_nothing_and_hands_nothing_on(
    tmp_path: Path, journals: Journals
) -> None:
    clients = item(tmp_path, "test_clients")
    journals.pytest_runtest_teardown(item(tmp_path, "test_authorization", "engine"), clients)
    journals.pytest_runtest_teardown(clients, None)
    assert left(tmp_path) == {}
