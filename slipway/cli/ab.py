"""`slipway ab`: two models on the production endpoint, and which one is better."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from slipway.ab import candidate as candidates
from slipway.ab import endpoint, production, results, trial
from slipway.ab.comparison import CANDIDATE
from slipway.ab.endpoint import Live
from slipway.ab.production import Production
from slipway.cli.common import HOME, Aws, Home, Json, Region, Stack, agrees, console, errors, installed, say, show, warn
from slipway.errors import BadInput
from slipway.stackevents import StackEvent

app = typer.Typer(help="A/B tests: a second model on the production endpoint, and which one is better.")

Weight = Annotated[float, typer.Option("--weight", help="The candidate's share of the requests, like 0.1.")]


@app.command()
def start(
    candidate: Annotated[
        int,
        typer.Option(
            "--candidate",
            min=1,
            help="The model's number in the package group: the end of modelPackageArn in report --json.",
        ),
    ],
    weight: Weight = 0.1,
    instances: Annotated[int, typer.Option("--instances", min=1, help="Instances of the candidate.")] = 1,
    yes: Annotated[bool, typer.Option("--yes", help="Approve a model that waits for approval without asking.")] = False,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Put a model beside the champion on the production endpoint, and give it a share of the requests."""
    trial.check_share(weight)
    found = _production(stack, aws, home, region)
    with _waiting(f"putting model {candidate} beside the champion on {found.endpoint}") as status:

        def agree(question: str) -> bool:
            status.stop()
            return yes or _asked(question)

        started = trial.start(found, candidate, weight, instances, agree, _tell)
        found = production.of(found.install, _tell)
    live = endpoint.of(found)
    text = "" if started else "this test is on already: "
    text += f"model {candidate} answers {live.share(CANDIDATE):.0%} of the requests to {found.endpoint}"
    show(_state(found, live) | {"started": started}, as_json, f"{text}; `slipway ab status` compares them")


@app.command()
def weights(
    weight: Weight,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Change the candidate's share of the requests, at once."""
    if not 0 <= weight <= 1:
        raise BadInput(f"--weight {weight:g}: expected the candidate's share of the requests, from 0 to 1")
    found = _production(stack, aws, home, region)
    arn = trial.running(found)
    with _waiting(f"weighing the variants of {found.endpoint}"):
        endpoint.weigh(found, weight)
    live = endpoint.of(found)
    text = f"model {candidates.version(arn)} answers {live.share(CANDIDATE):.0%} of the requests to {found.endpoint}"
    show(_state(found, live), as_json, text)


@app.command()
def promote(
    stack: Stack = None, aws: Aws = False, region: Region = None, home: Home = HOME, as_json: Json = False
) -> None:
    """End the test: the candidate becomes the champion, and answers every request."""
    found = _production(stack, aws, home, region)
    with _waiting(f"making the candidate of {found.endpoint} its champion"):
        arn = trial.promote(found, _tell)
    text = f"model {candidates.version(arn)} is the champion now, and answers every request to {found.endpoint}"
    text += "; approve its run, if that waits, so that a later rollback goes back to it"
    show({"champion": arn, "endpoint": found.endpoint}, as_json, text)


@app.command()
def stop(
    stack: Stack = None, aws: Aws = False, region: Region = None, home: Home = HOME, as_json: Json = False
) -> None:
    """End the test: the champion answers every request again."""
    found = _production(stack, aws, home, region)
    with _waiting(f"taking the candidate off {found.endpoint}"):
        arn = trial.stop(found, _tell)
    champion = candidates.version(found.champion)
    text = f"model {candidates.version(arn)} is off {found.endpoint}; model {champion} answers every request"
    show({"champion": found.champion, "candidate": arn, "endpoint": found.endpoint}, as_json, text)


@app.command()
def status(
    truth_file: Annotated[
        Path | None,
        typer.Option("--truth", help="What came true: a CSV of inferenceId,label, or of the data's columns."),
    ] = None,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Compare what both models answered since the test began, and say which one is better."""
    found = _production(stack, aws, home, region)
    trial.running(found)
    live = endpoint.of(found)
    with _waiting("reading what was captured"):
        compared = results.compare(found, live, truth_file)
    if as_json:
        show({**_state(found, live), "comparison": compared.as_json()}, True, "")
        return
    console.print(results.table(found, live, compared))
    if live.sampling < 100:
        say(f"{live.sampling} % of the requests are captured")
    say(compared.text)


def _production(stack: str | None, aws: bool, home: Path, region: str | None) -> Production:
    return production.of(installed(stack, aws, home, region), _tell)


def _waiting(text: str) -> AbstractContextManager[Any]:
    return errors.status(text)


def _tell(event: StackEvent) -> None:
    """Only what fails: an update has dozens of events, and what the engine does not carry out of a template that is
    deployed already is the same as before, and nothing of the test.
    """
    if event.is_failure:
        warn(f"{event.stack} {event.logical_id} {event.status} {event.reason}")


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        raise BadInput(f"{question} Nobody is there to answer; add --yes, or approve it first")
    return agrees(question)


def _state(found: Production, live: Live) -> dict[str, Any]:
    return {
        "endpoint": found.endpoint,
        "champion": found.champion,
        "candidate": found.candidate,
        "since": live.since,
        "sampling": live.sampling,
        "variants": endpoint.told(live.variants),
    }
