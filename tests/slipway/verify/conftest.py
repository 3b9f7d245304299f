"""A bundle of a few files, written for one test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from slipway.verify.bundle import Bundle

Written = Callable[[dict[str, str]], Bundle]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def bundle(tmp_path: Path) -> Written:
    """Writes files by their paths, and gives the bundle that they are."""

    def write(files: dict[str, str]) -> Bundle:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(dedent(text), "utf-8")
        return Bundle(tmp_path)

    return write


@pytest.fixture(scope="session")
def shipped() -> Bundle:
    """The bundle of this repository."""
    return Bundle(ROOT)
