"""What the person is told to type next acts on the folder that the command acted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway import cli, local
from slipway.cli import hints
from tests.slipway.cli.test_reference import known


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that acts on the folder X."""
    monkeypatch.delenv("SLIPWAY_HOME", raising=False)
    hints.remember(Path("X"))
    yield
    hints.remember(local.HOME)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'next: `slipway launch`; eval "$(slipway env)"',
            'next: `slipway launch --home X`; eval "$(slipway env --home X)"',
        ),
        ("see `slipway report 1b28d30d`, then", "see `slipway report 1b28d30d --home X`, then"),
        (
            "  log: slipway logs --run 1\n  again: slipway retry Build",
            "  log: slipway logs --run 1 --home X\n  again: slipway retry Build --home X",
        ),
        (
            "slipway status; slipway predict --help; slipway down",
            "slipway status --home X; slipway predict --help; slipway down --home X",
        ),
        ("type: slipway approve --home Y   (or reject)", "type: slipway approve --home Y   (or reject)"),
        ("stack slipway in X; `slipway configure FILE`", "stack slipway in X; `slipway configure FILE`"),
    ],
    ids=[
        "quoted and in a shell",
        "with an argument",
        "at a line's end",
        "in a row",
        "complete",
        "no command of a folder",
    ],
)
def test_a_command_is_told_with_its_folder(text: str, told: str) -> None:
    assert hints.complete(text) == told


def test_a_folder_with_a_space_is_quoted() -> None:
    hints.remember(Path("my engine"))
    assert hints.complete("`slipway up`") == "`slipway up --home 'my engine'`"


def test_the_default_folder_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hints.remember(local.HOME)
    assert hints.complete("`slipway up`") == "`slipway up`"
    monkeypatch.setenv("SLIPWAY_HOME", "X")
    assert hints.complete("`slipway up`") == "`slipway up --home .slipway`"
    hints.remember(Path("X"))
    assert hints.complete("`slipway up`") == "`slipway up`"


def test_every_command_with_a_folder_is_known() -> None:
    assert set(hints.COMMANDS) == {name for name, options in known().items() if "--home" in options}


def test_an_error_names_the_folder_of_its_command_and_not_of_the_one_before(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    told = []
    for arguments in (["runs", "--home", "Y"], ["runs"]):
        assert cli.run(arguments) == 3
        told.append(capsys.readouterr().err)
    assert (
        "no engine runs on Y; start one with `slipway up --home Y`, or see everything with `slipway demo --home Y`"
        in told[0]
    )
    assert "start one with `slipway up`," in told[1]


def test_a_command_of_an_install_is_told_with_its_stack_unless_it_names_one() -> None:
    hints.remember_stack("churn")
    try:
        text = "see `slipway logs --run 1`; `slipway retry Build --stack other`; `slipway down`"
        told = "see `slipway logs --run 1 --stack churn --home X`; `slipway retry Build --stack other --home X`;"
        assert hints.complete(text) == f"{told} `slipway down --home X`"
    finally:
        hints.remember_stack(None)
