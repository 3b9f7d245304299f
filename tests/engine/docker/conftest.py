"""A `docker` of one test: images and home in the test's folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.engine.docker.cli import main

Docker = Callable[..., int]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    def run(*arguments: str) -> int:
        return main([str(tmp_path / "images"), *arguments])

    return run


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    return folder
