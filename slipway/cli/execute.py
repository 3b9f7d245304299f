"""`slipway execute`: the direct flow, by one request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from slipway import direct
from slipway.cli.common import HOME, Aws, Home, Json, Region, Stack, errors, installed, show


def execute(
    request: Annotated[Path, typer.Argument(help="The request, a JSON file as docs/direct.md has it.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end, and print the output.")] = False,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Train, evaluate and deploy what one request asks for, apart from the pipeline; a wrong one starts nothing."""
    asked = direct.read(request)
    where = installed(stack, aws, home, region)
    execution = direct.execute(where, asked)
    if not wait:
        show(execution.as_json(), as_json, f"started {execution.arn}")
        return
    with errors.status(f"waiting for {execution.arn}"):
        ended = direct.wait(where, execution)
    show(ended.as_json(), as_json, json.dumps(ended.output, indent=2))
