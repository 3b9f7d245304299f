"""Which interpreter runs a runtime."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from slipway.engine import machine
from slipway.engine.mend.lambda_ import runtimes

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with system programs."""
    monkeypatch.setattr(machine, "system_path", lambda: str(tmp_path))
    runtimes.interpreter.cache_clear()
    return tmp_path


def program(folder: Path, name: str, says: str) -> str:
    made = folder / name
    made.write_text(f"#!/bin/sh\necho {says}\n")
    made.chmod(0o755)
    return str(made)


def test_a_runtime_is_run_by_the_systems_interpreter_of_its_version(folder: Path) -> None:
    found = program(folder, "python3.13", "3.13")
    assert runtimes.interpreter("python3.13") == found


def test_a_program_that_is_of_another_version_is_not_taken(folder: Path) -> None:
    program(folder, "python3.12", "not installed")
    assert runtimes.interpreter("python3.12") == sys.executable


def test_without_one_the_engines_own_runs_it(folder: Path) -> None:
    assert list(folder.iterdir()) == []
    assert runtimes.interpreter("python3.14") == sys.executable
