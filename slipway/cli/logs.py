"""`slipway logs`: what actions, log groups and the engine wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from slipway import logbook, runs
from slipway.cli.common import HOME, Aws, Home, Json, Region, Stack, installed, show, warn
from slipway.errors import BadInput, NotFound
from slipway.logbook import Line


def logs(
    run: Annotated[str, typer.Option("--run", help="A run's id, its beginning, or `latest`.")] = runs.LATEST,
    action: Annotated[
        str | None, typer.Option("--action", help="STAGE/ACTION of the run; by default the failed, else the latest.")
    ] = None,
    group: Annotated[str | None, typer.Option("--group", help="A log group instead of a run.")] = None,
    engine: Annotated[bool, typer.Option("--engine", help="The local engine's own log instead of a run.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 100,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with new lines until the action has ended, or Ctrl-C.")
    ] = False,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Show the log of an action, of a log group, or of the engine."""
    if follow and (as_json or engine):
        raise BadInput(f"--follow does not go with {'--json' if as_json else '--engine'}")
    if engine:
        _engine(home, lines, as_json)
        return
    where = installed(stack, aws, home, region)
    source = logbook.Group(where, group) if group else logbook.chosen(where, runs.get(where, run), action)
    if as_json:
        show([line.as_json() for line in source.lines(lines)], True, "")
    else:
        _print(source.follow(lines) if follow else source.lines(lines))
    outcome = source.outcome()
    if outcome:
        warn(outcome)


def _print(found: Iterable[Line]) -> None:
    for line in found:
        typer.echo(line.text())


def _engine(home: Path, lines: int, as_json: bool) -> None:
    path = home / "engine.log"
    if not path.exists():
        raise NotFound(f"{path} does not exist: no engine was started on {home}; `slipway up` starts one")
    found = path.read_text(errors="replace").splitlines()[-lines:]
    typer.echo(json.dumps(found, indent=2) if as_json else "\n".join(found))
