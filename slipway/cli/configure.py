"""`slipway configure`: the configuration's dataset section from a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from slipway import configure as configuring
from slipway.cli.common import Json, show

CONFIG = Path("config/ml-pipeline.json")


def configure(
    file: Annotated[Path, typer.Argument(help="A CSV with a header.", exists=True, dir_okay=False)],
    target: Annotated[str, typer.Option("--target", help="The column to predict.")],
    config: Annotated[Path, typer.Option(help="The configuration to change.")] = CONFIG,
    uri: Annotated[str | None, typer.Option(help="What to write as dataset.uri; the file's path otherwise.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say it, but do not write.")] = False,
    as_json: Json = False,
) -> None:
    """Look at a table and write the configuration's dataset section, saying what was guessed."""
    guess = configuring.guess(file, target)
    changed = guess.apply(json.loads(config.read_text()), uri or str(file))
    if not dry_run:
        config.write_text(configuring.render(changed) + "\n")
    done = f"{'would write' if dry_run else 'wrote'} the dataset section of {config}"
    show(changed["dataset"], as_json, "\n".join([*guess.sentences, done]))
