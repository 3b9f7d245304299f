"""AutoML as a service: a table in, a trained and evaluated model behind the secured REST API out.

`slipway automl FILE --target COLUMN` and `slipway.automl(frame, target=…)`. Underneath it is the same bundle and the
same pipeline as ever: an install that is there gets a commit with the table and its configuration, else one is
launched.

| module | what |
| --- | --- |
| `order.py` | what is wanted, and the files of the bundle that follow from it |
| `making.py` | the engine, the install, the run |
| `answer.py` | what there is then: URL, call, metrics, report |
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from slipway import install, local
from slipway.launch import Dialogue
from slipway.service.answer import Service
from slipway.service.making import say, serve
from slipway.service.order import Order
from slipway.stackevents import StackEvent
from slipway.target import aws_target, check_region

__all__ = ["Order", "Service", "automl", "serve"]


def automl(
    frame: Any,
    *,
    target: str,
    engine: str = Order.engine,
    threshold: float | None = None,
    approve: bool = False,
    stack: str = install.DEFAULT_STACK,
    root: str | Path = ".",
    home: str | Path = local.HOME,
    aws: bool = False,
    region: str | None = None,
) -> Service:
    """A service of a DataFrame (pandas, polars) or of a path to a CSV, JSON lines or Parquet file.

    It returns once the test environment's API answers and production waits for a person's approval; with `approve`, the
    model goes to production by itself when its gate has passed. `root` is the bundle's folder, which is looked at when
    there is no install called `stack` yet. Without `aws` everything happens on the local engine of `home`. SlipwayError
    says what is wrong with the table, or what failed.
    """
    check_region(aws, region)
    order = Order(target, engine, threshold, approve)
    console = Console(stderr=True)
    with_aws = aws_target(region) if aws else None
    return serve(frame, order, stack, Path(root), Path(home), with_aws, _quiet(console), console)


def _quiet(console: Console) -> Dialogue:
    """A launch that does not ask, and tells what it made."""

    def tell(event: StackEvent) -> None:
        if event.status.endswith("_FAILED") or event.status == "CREATE_COMPLETE":
            say(console, f"  {event.stack}  {event.logical_id}  {event.status} {event.reason}".rstrip())

    return Dialogue(lambda text: say(console, text), tell)
