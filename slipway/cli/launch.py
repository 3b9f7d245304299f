"""`slipway launch`: deploy the root template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slipway import install, seed
from slipway import launch as launching
from slipway.cli.common import HOME, Aws, Home, Json, Region, console, errors, show, target_of
from slipway.errors import BadInput


def launch(
    stack: Annotated[str, typer.Argument(help="The root stack's name.")] = install.DEFAULT_STACK,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE, again and again.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="The bundle's folder.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, with --aws.")] = False,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Deploy `template.yaml`: on the local engine, or with --aws on the account of the environment."""
    target = target_of(aws, home, region)
    parameters = dict(_pair(text) for text in parameter or [])
    bundle = seed.make(folder)
    errors.print(f"stack {stack}, bundle {bundle.version}, {target.name}", highlight=False)
    if aws and not yes and not typer.confirm("Create or change it there?"):
        raise typer.Exit(1)
    with errors.status("packaging"):
        uploaded = launching.package(target, folder, bundle)
    kind = launching.deploy(target, stack, uploaded, parameters)
    if kind != "NONE":
        launching.wait(target, stack, lambda event: _tell(event, as_json))
    outputs = install.stack_outputs(target, stack)
    text = "\n".join(f"{name}  {value}" for name, value in sorted(outputs.items()))
    show({"stack": stack, "change": kind, "outputs": outputs}, as_json, text)


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise BadInput(f"--parameter {text}: expected NAME=VALUE")
    return name, value


def _tell(event: launching.StackEvent, as_json: bool) -> None:
    if not as_json and event.status.endswith(("_COMPLETE", "_FAILED")):
        console.print(f"{event.stack}  {event.logical_id}  {event.status} {event.reason}", highlight=False)
