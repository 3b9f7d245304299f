"""`slipway permissions`: what the bundle's roles may do, and what needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from slipway.cli.common import Json, console, say, show
from slipway.errors import BadInput, NotFound
from slipway.permissions import journals, record, table, templates
from slipway.permissions.table import Row
from slipway.permissions.uses import Uses, uses

_END_TO_END = "tests/end_to_end/test_"


def permissions(
    role: Annotated[str, typer.Option("--role", help="Only this role, like `training.JobRole`; or a template.")] = "",
    folder: Annotated[
        Path | None,
        typer.Option("--journals", help="Journals of tests that ran, in the record's place for what these used."),
    ] = None,
    keep: Annotated[bool, typer.Option("--record", help="With --journals, keep what they show in the record.")] = False,
    bundle: Annotated[Path, typer.Option("--folder", help="The bundle's folder.")] = Path(),
    as_json: Json = False,
) -> None:
    """Show every right of every role: which tests used it, or why it is there; exit 1 if any has neither."""
    if keep and folder is None:
        raise BadInput("--record keeps what --journals shows; name their folder")
    grants = templates.grants(bundle)
    if not grants:
        raise NotFound(f"{bundle.resolve()} has no templates with roles; name the bundle's folder with --folder")
    found = table.rows(grants, _uses(grants, folder, keep))
    chosen = [row for row in found if role in ("", row.role, row.role.partition(".")[0])]
    if not chosen:
        raise NotFound(f"no role {role}; there are {', '.join(sorted({row.role for row in found}))}")
    unexplained = [row for row in chosen if not row.explained]
    if as_json:
        show({"unexplained": len(unexplained), "grants": [row.as_json() for row in chosen]}, True, "")
    else:
        console.print(_drawn(chosen))
        say(f"{len(chosen)} grants of {len({row.role for row in chosen})} roles, unexplained: {len(unexplained)}")
        for row in unexplained:
            granted = row.action or row.resource
            say(f"{row.place} {row.role} {row.sid} {granted}: no test used it, and no comment says why")
    if unexplained:
        raise typer.Exit(1)


def _uses(grants: list[templates.Grant], folder: Path | None, keep: bool) -> Uses:
    if folder is None:
        return record.read()
    found = record.merged(record.read(), uses(grants, journals.checks(folder)), journals.tests(folder))
    if keep:
        record.write(found)
    return found


def _drawn(rows: list[Row]) -> Table:
    drawn = Table(box=None, pad_edge=False)
    for head in ("role", "statement", "action", "resource", "used by", "why"):
        # Whoever reviews a right needs all of its resource.
        drawn.add_column(head, overflow="fold")
    for row in rows:
        users = ", ".join(test.removeprefix(_END_TO_END).removesuffix(".py") for test in row.used_by)
        drawn.add_row(row.role, row.sid, row.action, row.resource, users, row.why)
    return drawn
