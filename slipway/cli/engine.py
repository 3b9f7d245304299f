"""`slipway up`, `down`, `env`: the local engine itself."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from slipway import local
from slipway.cli.common import HOME, Home, Json, errors, show
from slipway.target import local_target


def up(
    home: Home = HOME,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help=f"Port on 127.0.0.1, {local.PORT} by default.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help=f"The region that it plays, {local.REGION} by default.")
    ] = None,
    clock_factor: Annotated[
        float | None,
        typer.Option(
            "--clock-factor",
            min=1.0,
            help="AWS seconds in one real second, 1 by default: shortens waits, cooldowns and metric periods.",
        ),
    ] = None,
    strict: Annotated[
        bool | None,
        typer.Option("--strict", help="Refuse templates with properties that have no effect here, instead of warning."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the local engine, or say where it runs.

    What is not given is as it was when an engine last ran on this folder.
    """
    with errors.status("starting the engine"):
        engine = local.start(home, port=port, region=region, clock_factor=clock_factor, strict=strict)
    facts = {
        "url": engine.url,
        "account": engine.account,
        "region": engine.region,
        "clockFactor": engine.clock_factor,
        "strict": engine.strict,
        "home": str(engine.home),
    }
    text = (
        f"engine at {engine.url}, account {engine.account}, region {engine.region},"
        f" clock factor {engine.clock_factor:g}\n"
        f"state in {engine.home}\n"
        'next: `slipway launch`; for other programs (aws, sam, boto3): eval "$(slipway env)"'
    )
    show(facts, as_json, text)


def down(home: Home = HOME, as_json: Json = False) -> None:
    """Stop the local engine and remove everything that it kept, processes included."""
    with errors.status("stopping the engine"):
        removed = local.remove(home)
    text = f"stopped the engine and removed {home}" if removed else f"nothing to remove: {home} does not exist"
    show({"home": str(home), "removed": removed}, as_json, text)


def env(home: Home = HOME, as_json: Json = False) -> None:
    """Print the variables with which other programs (aws, sam, boto3) use the local engine."""
    target = local_target(home)
    credentials = target.session.get_credentials().get_frozen_credentials()
    variables = {
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_REGION": target.region,
        "AWS_DEFAULT_REGION": target.region,
        "AWS_ENDPOINT_URL": target.engine.url if target.engine else "",
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    show(variables, as_json, "\n".join([*lines, "unset AWS_PROFILE AWS_SESSION_TOKEN"]))
