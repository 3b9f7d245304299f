"""Options that commands share, and where they print."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from slipway import install, local
from slipway.cli import hints
from slipway.errors import BadInput
from slipway.install import Install
from slipway.target import Target, choose

# A log takes longer lines than the 80 columns that rich would give it.
_COLUMNS_WITHOUT_TERMINAL = 160


def _console(stderr: bool) -> Console:
    terminal = (sys.stderr if stderr else sys.stdout).isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, width=None if terminal else _COLUMNS_WITHOUT_TERMINAL)


console = _console(stderr=False)
errors = _console(stderr=True)

Home = Annotated[
    Path,
    typer.Option("--home", help="Folder of the local engine.", envvar="SLIPWAY_HOME", callback=hints.remember),
]
Aws = Annotated[
    bool,
    typer.Option(
        "--aws",
        help="Act on the account of the environment instead of the local engine.",
        callback=hints.remember_aws,
    ),
]
Region = Annotated[str | None, typer.Option("--region", help="Region, with --aws.", callback=hints.remember_region)]
Stack = Annotated[
    str | None,
    typer.Option(
        "--stack",
        help="Root stack's name; found by itself where there is only one.",
        callback=hints.remember_stack,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value, for machines.")]
RunId = Annotated[str, typer.Argument(help="A run's id, its beginning, or `latest`.")]

HOME = local.HOME


def installed(stack: str | None, aws: bool, home: Path, region: str | None) -> Install:
    """The install that a command means."""
    target = target_of(aws, home, region)
    return install.find(target, stack or install.only(target))


def target_of(aws: bool, home: Path, region: str | None) -> Target:
    """Where a command acts."""
    return choose(aws, home, region)


def check_yes(what: str, yes: bool) -> None:
    """Refuse what asks before it changes anything when nobody can be asked: BadInput."""
    if not yes and not sys.stdin.isatty():
        raise BadInput(f"{what} asks before it changes anything, and nobody is there to answer; add --yes")


def agrees(question: str) -> bool:
    """Ask on standard error until the answer is yes or no; Ctrl-C and an end of the input are a no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        errors.print()
        return False


def show(value: Any, as_json: bool, text: str) -> None:
    """Print a value for machines, or a text for people."""
    if as_json:
        typer.echo(json.dumps(value, indent=2, default=str))
    else:
        say(text)


def say(text: str) -> None:
    """Print a text for people as it is: not cut, not wrapped, no markup read into it; its commands completed."""
    console.print(hints.complete(text), highlight=False, markup=False, soft_wrap=True)


def warn(text: str) -> None:
    """Print what a person should know on standard error, where it does not mix with what was asked for."""
    errors.print(hints.complete(text), highlight=False, markup=False, soft_wrap=True)
