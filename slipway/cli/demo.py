"""`slipway demo`: everything once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from slipway.cli.common import HOME, Home, Json, console, errors, say
from slipway.demo import Demo


def demo(
    home: Home = HOME,
    data: Annotated[Path | None, typer.Option("--data", help="Your own table, a CSV with a header.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="The column of --data to predict.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Leave the approvals to you, and wait for them.")] = False,
    as_json: Json = False,
) -> None:
    """Take a model from git push to production on this machine: launch, run, approve, predict, push, drop, load.

    Run it in the bundle's folder. A second demo on the same engine goes on with the stack that is there.
    """
    out = errors if as_json else console
    record = Demo(out, home, Path.cwd(), wait, data, target).run()
    if as_json:
        typer.echo(json.dumps(record, indent=2, default=str))
    else:
        _summarize(record)


def _summarize(record: dict[str, Any]) -> None:
    console.rule("What happened")
    table = Table("run", "status", "seconds", "stages", "model", box=None)
    for run in record["runs"]:
        stages = "  ".join(f"{stage} {seconds:.0f}" for stage, seconds in run["stages"].items())
        model = "reused" if run["outcome"]["reused"] else "trained"
        table.add_row(run["title"], run["status"], f"{run['seconds']:.0f}", stages, model)
    console.print(table)
    metric = record["runs"][-1]["outcome"]
    lines = [
        f"metric          {metric['metric']} {metric['metrics'][metric['metric']]:.4f}",
        f"endpoints       {', '.join(record['endpoints'].values())}",
        f"API             {record['apis']['production']}",
        f"prediction      {json.dumps(record['prediction']['answer'])}",
        f"instances       {' -> '.join(str(count) for count in record['instances'])}",
        "model packages  " + ", ".join(f"version {p['version']} {p['status']}" for p in record["modelPackages"]),
        f"first run       launch to production in {record['launchToProductionSeconds']:.0f} s,"
        f" of which the engine's own {record['engineOwnSeconds']:.0f} s",
        f"engine          {record['engineMegabytes']} MB, clock factor {record['clockFactor']:g}, {record['engine']}",
        'in your shell   eval "$(slipway env)"; then the curl above, boto3 and version 2 of the AWS CLI work',
        "next            slipway status; slipway report latest; slipway predict --help; slipway down",
    ]
    say("\n".join(lines))
