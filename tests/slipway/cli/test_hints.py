"""What the person is told to type next acts on the install, folder or account that the command acted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway import cli, local
from slipway.cli import hints
from slipway.errors import NotFound
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


@pytest.mark.parametrize(
    ("called", "on_path", "told"),
    [
        ("bundle/.venv/bin/slipway", "", ".venv/bin/slipway"),
        ("other/bin/slipway", "", "{root}/other/bin/slipway"),
        ("bundle/.venv/bin/slipway", "bundle/.venv/bin/slipway", "slipway"),
        ("bundle/.venv/bin/slipway", "other/bin/slipway", ".venv/bin/slipway"),
        ("bundle/.venv/bin/pytest", "", "slipway"),
    ],
    ids=["not on the path", "not below this folder", "on the path", "another one on the path", "from Python"],
)
def test_a_command_is_told_as_it_can_be_typed(
    called: str, on_path: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bundle").mkdir()
    monkeypatch.chdir(tmp_path / "bundle")
    monkeypatch.setattr("sys.argv", [str(tmp_path / called)])
    monkeypatch.setattr("shutil.which", lambda _: str(tmp_path / on_path) if on_path else None)
    program = told.format(root=tmp_path)
    assert (
        hints.complete("`slipway up`; slipway configure FILE") == f"`{program} up --home X`; {program} configure FILE"
    )
    assert hints.complete("stack slipway in X/slipway status") == "stack slipway in X/slipway status --home X"


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


@pytest.mark.parametrize(
    ("commands", "option"), [(hints.COMMANDS, "--home"), (hints.ANYWHERE, "--aws"), (hints.OF_A_STACK, "--stack")]
)
def test_every_command_with_the_option_is_known(commands: tuple[str, ...], option: str) -> None:
    assert set(commands) == {name for name, options in known().items() if option in options}


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


def test_a_launch_names_its_install_without_an_option() -> None:
    hints.remember_stack("churn")
    try:
        text = "`slipway launch`; `slipway launch other`; `slipway launch -p A=B`"
        told = (
            "`slipway launch churn --home X`; `slipway launch other --home X`; `slipway launch churn -p A=B --home X`"
        )
        assert hints.complete(text) == told
    finally:
        hints.remember_stack(None)


def test_what_acted_on_an_account_is_followed_by_what_acts_there() -> None:
    hints.remember_aws(True)
    try:
        text = "`slipway approve`; `slipway up`; `slipway preflight --aws`"
        assert hints.complete(text) == "`slipway approve --aws`; `slipway up --home X`; `slipway preflight --aws`"
        hints.remember_region("eu-west-1")
        assert hints.complete("`slipway logs --run 1`") == "`slipway logs --run 1 --aws --region eu-west-1`"
    finally:
        hints.remember_aws(False)
        hints.remember_region(None)


def test_an_error_of_a_stack_that_is_not_there_names_a_launch_that_can_be_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise NotFound("there is no stack nope; `slipway launch nope` makes one")

    monkeypatch.setattr("slipway.cli.common.choose", missing)
    assert cli.run(["status", "--stack", "nope"]) == 4
    hints.remember_stack(None)
    assert "`slipway launch nope` makes one" in capsys.readouterr().err
