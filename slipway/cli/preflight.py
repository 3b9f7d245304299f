"""`slipway preflight`: what a launch needs, before it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slipway import install, launch
from slipway.cli.common import HOME, Aws, Home, Json, Region, errors, show, target_of
from slipway.errors import ExitCode
from slipway.preflight import settings
from slipway.preflight.finding import Finding, Launch, Status
from slipway.preflight.run import run

_MARKS = {Status.OK: "ok", Status.FAILED: "FAILED", Status.UNKNOWN: "unknown"}


def preflight(
    stack: Annotated[str, typer.Argument(help="The name that the root stack will have.")] = install.DEFAULT_STACK,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE, again and again, as for the launch.")
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help="The bundle's folder.")] = Path(),
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Look whether a launch would go through, and what it costs; reads only, and says what to do about what fails."""
    parameters = dict(launch.parameter(text) for text in parameter or [])
    asked = Launch(target_of(aws, home, region), stack, settings.read(folder, parameters), parameters)
    with errors.status("looking"):
        found = run(asked)
    counts = {status: sum(finding.status is status for finding in found) for status in Status}
    ending = ", ".join(f"{count} {_MARKS[status]}" for status, count in counts.items() if count)
    record = {"target": asked.target.name, "stack": stack, "findings": [finding.as_json() for finding in found]}
    show(record, as_json, "\n".join([*map(_line, found), ending]))
    if counts[Status.FAILED]:
        raise typer.Exit(ExitCode.FAILED)


def _line(finding: Finding) -> str:
    line = f"{_MARKS[finding.status]:<8}{finding.check}: {finding.text}"
    return f"{line}\n        do: {finding.remedy}" if finding.remedy else line
