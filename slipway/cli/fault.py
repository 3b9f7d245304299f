"""`slipway fault`: errors of AWS's, slow calls and killed jobs, on purpose and on the local engine only."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from slipway import faults
from slipway.cli.common import HOME, Home, Json, show
from slipway.target import local_engine

app = typer.Typer(
    name="fault",
    help="Let calls, jobs and endpoints of the local engine fail on purpose.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


class What(StrEnum):
    """What happens to a call, or to a job."""

    THROTTLE = "throttle"
    ERROR = "error"
    SLOW = "slow"
    LIMIT = "limit"
    CAPACITY = "capacity"
    KILL = "kill"


@app.command()
def add(
    what: Annotated[
        What,
        typer.Argument(
            help="Calls: `throttle`, `error` (500), `slow`, `limit` (a quota of SageMaker's). Jobs and endpoints:"
            " `capacity` (there are no instances), `kill` (of a job, or of an endpoint's instance)."
        ),
    ],
    service: Annotated[str | None, typer.Option("--service", help="Calls of which service: `s3`, `code*`.")] = None,
    operation: Annotated[str | None, typer.Option("--operation", help="Which operation: `Put*`.")] = None,
    caller: Annotated[str | None, typer.Option("--caller", help="Whose calls, by ARN: `*TrainingRole*`.")] = None,
    job: Annotated[
        str | None,
        typer.Option("--job", help="Which job: `training-job/*`, `endpoint/*`; SageMaker's and Glue's by default."),
    ] = None,
    probability: Annotated[
        float | None, typer.Option("--probability", min=0.0, max=1.0, help="The share of them, 1 by default.")
    ] = None,
    times: Annotated[int | None, typer.Option("--times", min=1, help="How often at most.")] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=0.0, help="How long a slow call waits, or how old what is killed gets; 1."),
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", help="That of an earlier rule, for the same choice.")] = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Set a rule. Patterns have `*` and `?`; a call is one attempt, so SDKs retry it as they do on AWS."""
    asked = {
        "service": service,
        "operation": operation,
        "caller": caller,
        "job": job,
        "probability": probability,
        "times": times,
        "seconds": seconds,
        "seed": seed,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    rule = faults.add(local_engine(home), {"what": what.value, **given})
    text = f"rule {rule['id']}: {faults.sentence(rule)}\nseed {rule['seed']}; `slipway fault clear` ends it"
    show(rule, as_json, text)


@app.command("list")
def listed(home: Home = HOME, as_json: Json = False) -> None:
    """List the rules, and how often each has hit."""
    found = faults.rules(local_engine(home))
    lines = [f"rule {rule['id']}: {faults.sentence(rule)} (seed {rule['seed']})" for rule in found]
    show(found, as_json, "\n".join(lines) or "no faults are set")


@app.command()
def clear(
    rules: Annotated[list[str] | None, typer.Argument(help="Numbers of rules; all without one.")] = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Take rules back."""
    gone = faults.clear(local_engine(home), rules or [])
    show({"cleared": gone}, as_json, f"cleared rule {', '.join(gone)}" if gone else "no faults were set")
