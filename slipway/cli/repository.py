"""`slipway clone`, `push`: the bundle's repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slipway import git, validation
from slipway.cli.common import HOME, Aws, Home, Json, Region, Stack, installed, show, warn


def clone(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Clone the bundle's repository, set up so that plain `git pull` and `git push` work in it."""
    where = installed(stack, aws, home, region)
    git.clone(where, folder)
    text = f"cloned {where.clone_url} into {folder}; a `git push` there to {where.branch} starts a run"
    show({"folder": str(folder), "branch": where.branch, "repository": where.clone_url}, as_json, text)


def push(
    folder: Annotated[Path, typer.Argument(help="A git checkout of the bundle.")] = Path(),
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Push HEAD to the branch that starts runs, unless its configuration is one that Build would refuse."""
    where = installed(stack, aws, home, region)
    validation.check(git.files_of_head(folder, validation.FOLDERS))
    pushed = git.push(where, folder)
    if pushed.uncommitted:
        warn(f"{folder}: {pushed.uncommitted} changed or new files are not committed, and so were not pushed")
    joined = "" if pushed.commit == pushed.head else f", on top of the repository's own history as {pushed.commit[:8]}"
    done = (
        f"pushed {pushed.head[:8]} to {where.branch} of {where.clone_url}{joined}; follow it with `slipway watch`"
        if pushed.moved
        else f"{where.branch} of {where.clone_url} has {pushed.head[:8]} already; nothing was pushed and no run starts"
    )
    value = {"commit": pushed.commit, "pushed": pushed.moved, "branch": where.branch, "repository": where.clone_url}
    show(value, as_json, done)
