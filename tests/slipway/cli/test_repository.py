"""`slipway push`: what Build would refuse is told before it is pushed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from slipway import cli, git, validation
from slipway.cli import repository
from slipway.git import Pushed
from slipway.validation import CONFIG
from tests.slipway.stubs import Aws

ROOT = Path(__file__).parents[3]


@pytest.fixture
def pushed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were pushed, by a git that only remembers them."""
    folders: list[Path] = []

    def push(_install: object, folder: Path) -> Pushed:
        folders.append(folder)
        return Pushed("c0ffee" * 6, "c0ffee" * 6, True, 0)

    install = aws.install(Branch="master", CloneUrl="http://localhost/repository")
    monkeypatch.setattr(repository, "installed", lambda *_: install)
    monkeypatch.setattr(git, "push", push)
    return folders


def commit(folder: Path, change: dict[str, Any]) -> None:
    """A checkout of the bundle's rules, with a part of the configuration changed."""
    files = validation.files(ROOT)
    files[CONFIG] = json.dumps(json.loads(files[CONFIG]) | change).encode()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    who = ["-c", "user.name=P", "-c", "user.email=p@example.com"]
    subprocess.run(["git", *who, "commit", "--quiet", "--message", "one"], cwd=folder, check=True)


def test_a_configuration_that_build_would_refuse_is_not_pushed(
    pushed: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(tmp_path, {"train": {"instanceCount": 0}})
    assert cli.run(["push", str(tmp_path)]) == 2
    assert "$.train.instanceCount: found 0; allowed: 1 or more" in capsys.readouterr().err
    assert pushed == []


def test_one_that_build_takes_is(pushed: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(tmp_path, {})
    assert cli.run(["push", str(tmp_path)]) == 0
    assert pushed == [tmp_path]
