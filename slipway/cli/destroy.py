"""`slipway destroy`: remove an install."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, Any

import typer

from slipway import install
from slipway.cli.common import HOME, Aws, Home, Json, Region, Stack, agrees, check_yes, errors, show, target_of, warn
from slipway.cli.launch import tell
from slipway.destroy import destruction
from slipway.destroy.destruction import Options, Plan
from slipway.destroy.inventory import Item
from slipway.errors import ExitCode, SlipwayError
from slipway.launch import Declined


class Interrupted(SlipwayError):
    """Ctrl-C while it was being removed."""

    exit_code = ExitCode.INTERRUPTED


def destroy(
    stack: Stack = None,
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Empty and delete the buckets too, and have their key deleted.")
    ] = False,
    keep_model_packages: Annotated[
        bool, typer.Option("--keep-model-packages", help="Leave the model package group and its versions.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Remove an install, after showing what goes and what stays; goes on where an earlier one was interrupted.

    Ends with an inventory of what is left of it.
    """
    target = target_of(aws, home, region)
    name = stack or install.only(target)
    with errors.status("taking the inventory"):
        planned = destruction.plan(target, name, Options(delete_data, keep_model_packages))
    _present(planned)
    check_yes("destroy", yes)
    if not yes and not agrees(f"Remove this from {target.name}?"):
        raise Declined(f"install {name} stays as it is; nothing was removed")
    try:
        left = destruction.carry_out(planned, warn, tell)
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"interrupted; {target.name} goes on with the stack that is being deleted, and the rest stays until"
            f" `slipway destroy --stack {name}` is called again, with the same options"
        ) from error
    show(_record(planned, left), as_json, _ending(planned, left))
    if left:
        raise typer.Exit(ExitCode.FAILED)


def _present(planned: Plan) -> None:
    warn(f"install {planned.stack} in {planned.target.name}")
    warn(_listed("goes:", planned.removed))
    warn(_listed("stays:", planned.kept))
    warn("stays, since it is the account's: what docs/bundle.md says under `What deletion leaves`")


def _listed(head: str, items: Iterable[Item]) -> str:
    """A line for each kind."""
    ordered = sorted(items, key=lambda item: item.kind)
    lines = [
        f"  {kind}: " + ", ".join(f"{item.name} ({item.note})" if item.note else item.name for item in of_kind)
        for kind, of_kind in groupby(ordered, lambda item: item.kind)
    ]
    return "\n".join([head, *lines]) if lines else f"{head} nothing"


def _ending(planned: Plan, left: list[Item]) -> str:
    if not left:
        kept = f"\n{_listed('kept:', planned.kept)}\n" if planned.kept else "; "
        return f"install {planned.stack} is removed{kept}left: nothing"
    again = "`slipway destroy` again removes what was only slow to end; what is left then is to be removed by hand"
    return f"{_listed('left:', left)}\n{again}"


def _record(planned: Plan, left: list[Item]) -> dict[str, Any]:
    parts = {"removed": planned.removed, "kept": planned.kept, "left": left}
    return {
        "stack": planned.stack,
        "target": planned.target.name,
        **{name: [item.as_json() for item in items] for name, items in parts.items()},
    }
