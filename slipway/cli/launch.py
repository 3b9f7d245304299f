"""`slipway launch`: deploy the root template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from slipway import install, package, seed
from slipway import launch as launching
from slipway.changeset import ChangeSet
from slipway.cli import hints
from slipway.cli.common import HOME, Aws, Home, Json, Region, agrees, check_yes, errors, show, target_of, warn
from slipway.launch import Dialogue
from slipway.preflight import cost, settings
from slipway.stackevents import StackEvent


def launch(
    stack: Annotated[
        str,
        typer.Argument(
            help=f"The root stack's name, at most {install.MOST_CHARACTERS} lower-case letters, digits and hyphens.",
            callback=hints.remember_stack,
        ),
    ] = install.DEFAULT_STACK,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE, again and again; others stay.")
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help="The bundle's folder.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, with --aws.")] = False,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Create or change the root stack: on the local engine, or with --aws on AWS, after showing what and where."""
    install.check_name(stack)
    parameters = dict(launching.parameter(text) for text in parameter or [])
    bundle = seed.make(folder)
    if aws:
        check_yes("--aws", yes)
    target = target_of(aws, home, region)
    launching.check(target, stack)
    warn(f"stack {stack}, bundle {bundle.version}, {target.name}")
    with errors.status("packaging"):
        uploaded = package.package(target, folder, bundle)
    price, estimate = cost.told(target, settings.read(folder, parameters)) if aws else ("", None)
    dialogue = asking(yes, price) if aws else Dialogue(warn, tell)
    kind = launching.launch(target, stack, uploaded, parameters, dialogue)
    outputs = install.stack_outputs(target, stack)
    done = {"CREATE": "created", "UPDATE": "updated", "NONE": "is as it should be, nothing was changed:"}[kind]
    lines = [f"{name}  {value}" for name, value in sorted(outputs.items())]
    hint = "follow the first run with `slipway watch`" if kind == "CREATE" else "`slipway push` starts a run"
    record: dict[str, Any] = {"stack": stack, "change": kind, "outputs": outputs}
    if aws:
        record["cost"] = estimate.as_json() if estimate else None
    show(record, as_json, "\n".join([f"{done} {stack}", *lines, hint]))


def asking(yes: bool, price: str) -> Dialogue:
    """A launch that shows the change set and what it costs, and asks, unless the answer is `yes` already."""

    def agree(question: str) -> bool:
        return yes or agrees(question)

    def review(proposal: ChangeSet) -> bool:
        warn(f"{proposal.kind} of stack {proposal.stack} in {proposal.target.name}:")
        errors.print(_changes(proposal))
        warn(f"cost: {price}")
        return agree(f"Do this to {proposal.target.name}?")

    return Dialogue(warn, tell, review, agree)


def _changes(proposal: ChangeSet) -> Table:
    table = Table("stack", "action", "resource", "type", "replacement", box=None)
    for change in proposal.changes:
        table.add_row(change.stack, change.action, change.logical_id, change.type, change.replacement)
    return table


def tell(event: StackEvent) -> None:
    """Tell of an event, on standard error, as it is progress: standard output is for the result."""
    if event.warning:
        warn(f"  {event.warning}")
    if event.status.endswith(("_COMPLETE", "_FAILED")):
        warn(f"  {event.stack}  {event.logical_id}  {event.status}{f': {event.reason}' if event.reason else ''}")
