"""`slipway status`, `watch`, `runs`, `report`: looking."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from slipway import faults, follow, install, overview
from slipway import report as reporting
from slipway import runs as running
from slipway.ab import running as trials
from slipway.cli.common import (
    HOME,
    Aws,
    Home,
    Json,
    Region,
    RunId,
    Stack,
    console,
    errors,
    installed,
    say,
    show,
    target_of,
    warn,
)
from slipway.picture import first_line, style
from slipway.runs import Run


def status(
    stack: Stack = None, aws: Aws = False, region: Region = None, home: Home = HOME, as_json: Json = False
) -> None:
    """Show the pipeline as CodePipeline's console does: stages, actions, how each last went; and a running A/B test."""
    target = target_of(aws, home, region)
    on_purpose = faults.rules(target.engine) if target.engine is not None else []
    if on_purpose:
        warn(f"faults are set, so that things fail on purpose: {len(on_purpose)} (`slipway fault list`)")
    if stack is None and not install.candidates(target):
        text = f"{target.name}\nno stack with a pipeline yet: `slipway launch` makes one"
        none = {"stack": None, "pipeline": None, "test": None, "faults": on_purpose}
        show({"target": target.name, **none}, as_json, text)
        return
    where = install.find(target, stack or install.only(target))
    state, test = overview.state(where), trials.of(where)
    if as_json:
        told = {"pipeline": state, "test": test.as_json() if test else None, "faults": on_purpose}
        show({"target": target.name, "stack": where.stack, **told}, True, "")
        return
    say(f"{where.pipeline} on {target.name}")
    console.print(overview.picture(state, overview.steps(where, state)))
    if test:
        say(test.text())
    say(overview.hint(state))


def watch(
    run: RunId = running.LATEST,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """Follow a run until it ends or waits for approval."""
    where = installed(stack, aws, home, region)
    found = running.get(where, run)
    out = errors if as_json else console
    live = follow.is_live(out)
    if not live:
        ended_already = f", which ended as {found.status}" if found.done else ""
        out.print(f"run {found.id[:8]} of {where.stack}{ended_already}", highlight=False, markup=False, soft_wrap=True)
    watcher = follow.Watcher(where, found.id, out, live)
    ended = watcher.until(follow.waits_for_approval)
    if as_json:
        show(ended.as_json(), True, "")
    follow.check(where, ended)
    if follow.waits_for_approval(ended) and not as_json:
        say(f"waits for approval: `slipway report {ended.id[:8]}`, then `slipway approve` or `slipway reject`")


def runs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many, newest first.")] = 10,
    stack: Stack = None,
    aws: Aws = False,
    region: Region = None,
    home: Home = HOME,
    as_json: Json = False,
) -> None:
    """List the pipeline's runs, newest first."""
    where = installed(stack, aws, home, region)
    found = running.history(where, limit)
    if as_json:
        show([run.summary() for run in found], True, "")
        return
    if not found:
        say(f"pipeline {where.pipeline} has not run yet; `slipway push` starts a run")
        return
    console.print(_table(found))


def _table(found: list[Run]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("run", "status", "started", "seconds", "by", "commit"):
        table.add_column(name, no_wrap=True, justify="right" if name == "seconds" else "left")
    table.add_column("message")  # the one that gives way in a narrow terminal
    for run in found:
        table.add_row(
            run.id[:8],
            Text(run.status, style=style(run.status)),
            f"{run.started:%Y-%m-%d %H:%M:%S}",
            f"{run.seconds:.0f}",
            run.by,
            run.commit[:8],
            Text(first_line(run.reason), no_wrap=True, overflow="ellipsis"),
        )
    return table


def report(
    run: RunId = running.LATEST,
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
        show({**evaluation.outcome, "run": found.id, "report": str(page)}, True, "")
        return
    say(f"run {found.id[:8]}, {evaluation.package()}")
    console.print(evaluation.table())
    say(f"report: {page}")
