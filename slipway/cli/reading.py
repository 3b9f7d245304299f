"""`slipway status`, `watch`, `runs`, `report`, `logs`: looking."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from slipway import follow, logbook
from slipway import report as reporting
from slipway import runs as running
from slipway.cli.common import HOME, Aws, Home, Json, Region, RunId, Stack, console, installed, show
from slipway.follow import MARKS, STYLES
from slipway.install import Install


def status(
    stack: Stack = None, aws: Aws = False, region: Region = None, home: Home = HOME, as_json: Json = False
) -> None:
    """Show the pipeline as CodePipeline's console does: stages, actions, how each last went."""
    where = installed(stack, aws, home, region)
    state = where.target.client("codepipeline").get_pipeline_state(name=where.pipeline)
    if as_json:
        state.pop("ResponseMetadata")
        show(state, True, "")
        return
    console.print(f"[bold]{where.pipeline}[/bold]  on {where.target.name}", highlight=False)
    for stage in state["stageStates"]:
        console.print(_stage_table(stage))


def _stage_table(stage: dict[str, Any]) -> Table:
    latest = stage.get("latestExecution", {})
    closed = "" if stage.get("inboundTransitionState", {}).get("enabled", True) else "  transition disabled"
    run_id = latest.get("pipelineExecutionId", "")[:8]
    title = f"{stage['stageName']}  {latest.get('status', 'not run yet')}  {run_id}{closed}"
    table = Table(title=title, title_justify="left", box=None, show_header=False, title_style="bold")
    for action in stage["actionStates"]:
        execution = action.get("latestExecution", {})
        told = execution.get("status", "")
        error = execution.get("errorDetails", {}).get("message", "")
        changed = execution.get("lastStatusChange")
        table.add_row(
            f"[{STYLES.get(told, 'dim')}]{MARKS.get(told, '·')} {action['actionName']}[/]",
            told or "not run yet",
            _ago(changed) if changed else "",
            error.splitlines()[0] if error else "",
        )
    return table


def _ago(moment: datetime) -> str:
    seconds = (datetime.now(UTC) - moment).total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 7200 else f"{seconds / 3600:.0f} h ago"


def watch(
    run: RunId = "latest",
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Follow a run until it ends or waits for approval."""
    where = installed(stack, aws, home, region)
    found = running.get(where, run)
    watcher = follow.Watcher(where, found.id, console, console.is_terminal and not as_json)
    if as_json:
        watcher.console = Console(stderr=True)
    ended = watcher.until(follow.waits_for_approval)
    if as_json:
        show(ended.as_json(), True, "")
    if ended.status in ("Failed", "Stopped", "Cancelled"):
        raise follow.RunFailed(follow.failure(where, ended))
    if follow.waits_for_approval(ended) and not as_json:
        console.print(
            "waits for approval: `slipway report`, then `slipway approve` or `slipway reject`", highlight=False
        )


def runs(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 10,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """List the pipeline's runs."""
    where = installed(stack, aws, home, region)
    found = running.history(where, limit)
    if as_json:
        show([run.as_json() for run in found], True, "")
        return
    table = Table("run", "status", "started", "seconds", "by", "commit", "message", box=None)
    for run in found:
        table.add_row(
            run.id[:8],
            f"[{STYLES.get(run.status, 'none')}]{run.status}[/]",
            f"{run.started:%Y-%m-%d %H:%M:%S}",
            f"{run.seconds:.0f}",
            run.trigger,
            run.commit[:8],
            run.message.splitlines()[0][:60] if run.message else "",
        )
    console.print(table)


def report(
    run: RunId = "latest",
    to: Annotated[Path | None, typer.Option("--to", help="Where to save the HTML report.")] = None,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Show a run's evaluation, and save its HTML report."""
    where = installed(stack, aws, home, region)
    found = running.get(where, run)
    evaluation = reporting.of(where, found)
    page = reporting.download(where, evaluation, to or home / "reports" / f"{found.id[:8]}.html")
    if as_json:
        show({**evaluation.outcome, "report": str(page)}, True, "")
        return
    console.print(evaluation.table())
    console.print(f"report: {page}", highlight=False)


def logs(
    run: Annotated[str, typer.Option("--run", help="A run's id, its beginning, or `latest`.")] = "latest",
    action: Annotated[str | None, typer.Option("--action", help="STAGE/ACTION of the run.")] = None,
    group: Annotated[str | None, typer.Option("--group", help="A log group instead of a run.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 100,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Show the log of an action, or of a log group."""
    where = installed(stack, aws, home, region)
    found = logbook.of_group(where, group, lines) if group else _run_lines(where, run, action, lines)
    if as_json:
        show([line.as_json() for line in found], True, "")
        return
    for line in found:
        typer.echo(line.text())


def _run_lines(where: Install, run: str, action: str | None, lines: int) -> list[logbook.Line]:
    return logbook.of_action(where, running.get(where, run), action, lines)
