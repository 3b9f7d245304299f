"""`slipway automl`: a table in, a model behind an API out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slipway import install, service
from slipway.cli import hints
from slipway.cli.common import HOME, Aws, Home, Json, Region, check_yes, errors, show, warn
from slipway.cli.launch import asking, tell
from slipway.launch import Dialogue
from slipway.preflight import cost, settings
from slipway.service import Order
from slipway.service.order import ENGINE_NAMES
from slipway.target import Target, aws_target, check_region


def automl(
    file: Annotated[Path, typer.Argument(help="A CSV with a header, JSON lines or Parquet.")],
    target: Annotated[str, typer.Option("--target", help="The column to predict.")],
    engine: Annotated[str, typer.Option("--engine", help=f"Who trains, train.engine: {ENGINE_NAMES}.")] = Order.engine,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", help="The gate, evaluate.threshold; of a table that has none, what chance reaches."
        ),
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Go to production without a person once the gate has passed.")
    ] = False,
    stack: Annotated[
        str,
        typer.Option("--stack", help="Root stack's name; launched if it is not there.", callback=hints.remember_stack),
    ] = install.DEFAULT_STACK,
    folder: Annotated[Path, typer.Option("--folder", help="The bundle's folder, for a launch.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, with --aws.")] = False,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Make a service of a table: train, evaluate, deploy; say URL, call and report."""
    check_region(aws, region)
    if aws:
        check_yes("--aws", yes)
    account = aws_target(region) if aws else None
    dialogue = asking(yes, _price(account, folder)) if account else Dialogue(warn, tell)
    order = Order(target, engine, threshold, approve)
    made = service.serve(file, order, stack, folder, home, account, dialogue, errors)
    show(made.as_json() if as_json else None, as_json, made.text())


def _price(account: Target, folder: Path) -> str:
    """What the bundle's own configuration would cost; a table of one's own changes how long its jobs take."""
    return cost.told(account, settings.read(folder))[0]
