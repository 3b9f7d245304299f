"""`slipway configure`: the configuration's dataset section from a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from slipway import configure as configuring
from slipway.cli.common import Json, show, warn
from slipway.errors import BadInput

CONFIG = Path("config/ml-pipeline.json")


def configure(
    file: Annotated[Path, typer.Argument(help="A CSV with a header.")],
    target: Annotated[str, typer.Option("--target", help="The column to predict.")],
    config: Annotated[Path, typer.Option("--config", help="The configuration to change.")] = CONFIG,
    uri: Annotated[
        str | None,
        typer.Option(
            "--uri",
            help="What to write as dataset.uri, like s3://…; else FILE as given, which then must be in the repository.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say it, but do not write.")] = False,
    as_json: Json = False,
) -> None:
    """Look at a table and write the configuration's dataset section and its gate, saying what was guessed."""
    before = _read(config)
    guess = configuring.guess(file, target)
    changed = guess.apply(before, uri or str(file))
    if not dry_run:
        config.write_text(configuring.render(changed) + "\n", encoding="utf-8")
    if uri is None and (file.is_absolute() or ".." in file.parts):
        warn(
            f"dataset.uri is {file}, which no run can read: copy the file below config/data/ of the bundle, or name"
            " where it will be with --uri s3://…"
        )
    done = f"{'would write' if dry_run else 'wrote'} dataset and evaluate of {config}"
    show(changed["dataset"], as_json, "\n".join([*guess.told(before, uri or str(file)), done]))


def _read(config: Path) -> dict[str, Any]:
    try:
        found = json.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(
            f"{config} does not exist; run this in the bundle's folder, or name one with --config"
        ) from error
    except ValueError as error:
        raise BadInput(f"{config} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadInput(f"{config} holds no JSON object; expected one with dataset, train and so on")
    return found
