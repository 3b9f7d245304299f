"""`slipway push`, `drop`, `approve`, `reject`, `retry`, `predict`: the daily loop."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from slipway import api, approval, data, git, gitlogin
from slipway.cli.common import HOME, Aws, Home, Json, Region, Stack, installed, show, target_of
from slipway.errors import BadInput

Summary = Annotated[str, typer.Option("--summary", "-m", help="Why, for the record.")]


def push(
    folder: Annotated[Path, typer.Argument(help="A git checkout of the bundle.")] = Path(),
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Push HEAD to the branch that starts runs."""
    where = installed(stack, aws, home, region)
    commit = git.push(where, folder)
    text = f"pushed {commit[:8]} to {where.branch} of {where.clone_url}; follow it with `slipway watch`"
    show({"commit": commit, "branch": where.branch, "repository": where.clone_url}, as_json, text)


def drop(
    file: Annotated[Path, typer.Argument(help="A CSV, or a folder of CSVs.", exists=True)],
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Drop new data in the data bucket; a run starts once it was checked."""
    uri = data.drop(installed(stack, aws, home, region), file)
    show({"uri": uri}, as_json, f"dropped {uri}; follow it with `slipway watch`")


def approve(
    summary: Summary = "approved at the command line",
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Approve the run that waits; it goes on to production."""
    _answer("Approved", summary, stack, aws, region, home, as_json)


def reject(
    summary: Summary = "rejected at the command line",
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Reject the run that waits; its model package is marked Rejected."""
    _answer("Rejected", summary, stack, aws, region, home, as_json)


def _answer(
    status: str, summary: str, stack: str | None, aws: bool, region: str | None, home: Path, as_json: bool
) -> None:
    gate = approval.answer(installed(stack, aws, home, region), status, summary)
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
    where = installed(stack, aws, home, region)
    client = where.target.client("codepipeline")
    states = client.get_pipeline_state(name=where.pipeline)["stageStates"]
    found = next((state for state in states if state["stageName"] == stage), None)
    if found is None or "latestExecution" not in found:
        names = ", ".join(state["stageName"] for state in states)
        raise BadInput(f"stage {stage} has nothing to retry; the stages are {names}")
    run_id = found["latestExecution"]["pipelineExecutionId"]
    client.retry_stage_execution(
        pipelineName=where.pipeline, stageName=stage, pipelineExecutionId=run_id, retryMode="FAILED_ACTIONS"
    )
    show({"run": run_id, "stage": stage}, as_json, f"stage {stage} of run {run_id[:8]} runs again; `slipway watch`")


def predict(
    features: Annotated[str, typer.Argument(help="JSON (a list or an object by column), a CSV line, or - for stdin.")],
    environment: Annotated[str, typer.Option("--environment", "-e", help="test or production.")] = "production",
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Ask an environment's API for a prediction."""
    if environment not in ("test", "production"):
        raise BadInput(f"--environment {environment}: expected test or production")
    where = api.of(installed(stack, aws, home, region), environment)
    answer = where.predict(_features(sys.stdin.read() if features == "-" else features))
    show(answer, as_json, json.dumps(answer, indent=2))


def _features(text: str) -> Any:
    """JSON where the text begins like it, else the text itself, a CSV line."""
    if not text.lstrip().startswith(("[", "{")):
        return text.strip()
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput(f"the features are not JSON: {error}") from error


def credential_helper(
    operation: Annotated[str, typer.Argument(help="What git asks for: get, store or erase.")],
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
) -> None:
    """Log git in to the repository; git calls this."""
    request = gitlogin.read_request()
    if operation == "get":
        typer.echo(gitlogin.answer(target_of(aws, home, region), request), nl=False)
