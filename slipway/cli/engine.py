"""`slipway up`, `down`, `env`: the local engine itself."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from slipway import local
from slipway.cli.common import HOME, Home, Json, console, show
from slipway.target import local_target


def up(
    home: Home = HOME,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = local.PORT,
    region: Annotated[str, typer.Option(help="The region that it plays.")] = "us-east-1",
    clock_factor: Annotated[
        float, typer.Option(min=1.0, help="AWS seconds in one real second: shortens waits, cooldowns, metric periods.")
    ] = 1.0,
    as_json: Json = False,
) -> None:
    """Start the local engine, or say where it runs."""
    engine = local.start(home, port=port, region=region, clock_factor=clock_factor)
    facts = {"url": engine.url, "account": engine.account, "region": engine.region, "clockFactor": engine.clock_factor}
    text = (
        f"engine at {engine.url}, account {engine.account}, region {engine.region},"
        f" clock factor {engine.clock_factor:g}\n"
        f'state in {engine.home}; other programs: eval "$(slipway env)"'
    )
    show(facts, as_json, text)


def down(home: Home = HOME) -> None:
    """Stop the local engine and remove everything that it kept, processes included."""
    was_there = home.exists()
    local.remove(home)
    console.print(f"removed {home}" if was_there else f"nothing to remove: {home} does not exist", highlight=False)


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
    if as_json:
        show(variables, True, "")
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    typer.echo("unset AWS_PROFILE AWS_SESSION_TOKEN")
