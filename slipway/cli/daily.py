"""`slipway drop`, `approve`, `reject`, `retry`, `predict`: the daily loop."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from slipway import api, approval, data, inbox, retrying
from slipway.approval import Waiting
from slipway.cli.common import (
    HOME,
    Aws,
    Home,
    Json,
    Region,
    Stack,
    agrees,
    check_yes,
    errors,
    installed,
    say,
    show,
    warn,
)
from slipway.errors import BadInput
from slipway.install import Install
from slipway.launch import Declined

Summary = Annotated[str, typer.Option("--summary", "-m", help="Why, for the record.")]


# What an answer's headers name, in a person's words.
_WORDS = {"variant": "variant", "model": "model", "inferenceId": "inference id"}


class Environment(StrEnum):
    """An environment that has an API."""

    TEST = "test"
    PRODUCTION = "production"


def drop(
    file: Annotated[Path, typer.Argument(help="A CSV, a folder of CSVs, or a request.")],
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Drop new data or a request in the data bucket, and wait until it was checked: a run starts, or it is rejected.

    A request is a folder, or a zip, of trainingjob.json and deployment.json (docs/requests.md).
    """
    data.check(file)
    where = installed(stack, aws, home, region)
    with errors.status(f"waiting until {file} is checked"):
        dropped = inbox.drop(where, file)
    if as_json:
        show(dropped.as_json(), True, "")
    inbox.check(dropped)
    if not as_json:
        say(dropped.text())


def approve(
    summary: Summary = "approved at the command line",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about a model that was rejected before.")] = False,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Approve the run that waits; it goes on to production. Asks where its model was rejected before."""
    where = installed(stack, aws, home, region)
    gate = approval.waiting(where)
    rejected = _rejection(where, gate)
    if rejected:
        warn(rejected)
        check_yes("approve", yes)
        if not yes and not agrees("Approve it all the same?"):
            raise Declined(f"run {gate.run_id[:8]} waits as before; nothing was approved")
    _answer(where, gate, "Approved", summary, as_json)


def reject(
    summary: Summary = "rejected at the command line",
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Reject the run that waits; its model package is marked Rejected."""
    where = installed(stack, aws, home, region)
    _answer(where, approval.waiting(where), "Rejected", summary, as_json)


def _rejection(where: Install, gate: Waiting) -> str:
    """What `approval.rejection` says; who may only approve is told that it could not be looked at."""
    try:
        return approval.rejection(where, gate)
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("AccessDenied"):
            raise
        warn(f"whether {gate.package} was rejected before is not known: {error}")
        return ""


def _answer(where: Install, gate: Waiting, status: str, summary: str, as_json: bool) -> None:
    approval.answer(where, status, summary, gate)
    show({"run": gate.run_id, "status": status}, as_json, f"{status.lower()} run {gate.run_id[:8]}: {gate.message}")


def retry(
    stage: Annotated[str, typer.Argument(help="The stage that failed.")],
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Run the failed actions of a stage again."""
    retried = retrying.retry(installed(stack, aws, home, region), stage)
    run = retried.run_id[:8]
    text = f"stage {stage} of run {run} runs again; follow it with `slipway watch {run}`"
    if retried.refusal:
        warn(f"{retried.refusal}; approving it now takes that back")
    show({"run": retried.run_id, "stage": stage, "refusal": retried.refusal or None}, as_json, text)


def predict(
    features: Annotated[str, typer.Argument(help="JSON (a list or an object by column), a CSV line, or - for stdin.")],
    environment: Annotated[
        Environment, typer.Option("--environment", "-e", help="Whose API to ask.")
    ] = Environment.PRODUCTION,
    model: Annotated[
        str | None, typer.Option("--model", help="The version of the model to ask, with deploy.mode multi-model.")
    ] = None,
    curl: Annotated[bool, typer.Option("--curl", help="Print the request for a shell instead of sending it.")] = False,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Ask an environment's API for a prediction.

    Which variant of the endpoint answered and the request's inference id are told on standard error, or in the JSON.
    """
    asked = _features(sys.stdin.read() if features == "-" else features)
    where = api.of(installed(stack, aws, home, region), environment)
    if curl:
        text = where.curl(asked, model or "")
        show({"curl": text}, as_json, text)
        return
    answer = where.predict(asked, model or "")
    named = answer.named()
    show({**answer.body, **named}, as_json, json.dumps(answer.body, indent=2))
    if named and not as_json:
        warn(", ".join(f"{word} {named[name]}" for name, word in _WORDS.items() if name in named))


def _features(text: str) -> Any:
    """JSON where the text begins like it, else the text itself, a CSV line."""
    if not text.strip():
        raise BadInput("the features are empty; expected JSON (a list or an object by column) or a CSV line")
    if not text.lstrip().startswith(("[", "{")):
        return text.strip()
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput(
            f"the features begin like JSON and are not: {error}; expected a list or an object by column,"
            ' like \'{"age": 41, "plan": "basic"}\''
        ) from error
