"""Following a run to its end or to its approval, with one live display for a person and plain lines for a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from slipway import runs
from slipway.errors import SlipwayError
from slipway.install import Install
from slipway.runs import Action, Run

POLL_SECONDS = 0.25
POLL_SECONDS_AWS = 5.0
STYLES = {"Succeeded": "green", "Failed": "red bold", "InProgress": "cyan", "Stopped": "yellow", "Superseded": "yellow"}
MARKS = {"Succeeded": "✓", "Failed": "✗", "InProgress": "…"}


class RunFailed(SlipwayError):
    """The run failed or was stopped; the text names stage, action, reason, log and what to do."""

    exit_code = 5


@dataclass(frozen=True)
class Step:
    """A state of the state machine that an action waits for."""

    name: str
    status: str
    seconds: float


@dataclass
class Watcher:
    """Looks at one run again and again, and tells each change once."""

    install: Install
    run_id: str
    console: Console
    live: bool
    _told: set[tuple[str, ...]] = field(default_factory=set)

    def until(self, finished: Callable[[Run], bool]) -> Run:
        """Watch until `finished`, or until the run has ended."""
        pause = POLL_SECONDS if self.install.target.engine else POLL_SECONDS_AWS
        if not self.live:
            return self._until_plain(finished, pause)
        with Live(console=self.console, refresh_per_second=8, transient=False) as display:
            while True:
                run = runs.get(self.install, self.run_id)
                display.update(self._picture(run))
                if run.done or finished(run):
                    return run
                time.sleep(pause)

    def _until_plain(self, finished: Callable[[Run], bool], pause: float) -> Run:
        while True:
            run = runs.get(self.install, self.run_id)
            for action in run.actions:
                self._tell(action)
            if run.done or finished(run):
                return run
            time.sleep(pause)

    def _tell(self, action: Action) -> None:
        for step in self._steps(action):
            self._line((action.stage, action.name, step.name), step.status, step.seconds)
        self._line((action.stage, action.name), action.status, action.seconds)

    def _line(self, path: tuple[str, ...], status: str, seconds: float) -> None:
        key = (*path, status)
        if key in self._told:
            return
        self._told.add(key)
        took = f" after {seconds:.1f} s" if status != "InProgress" else ""
        self.console.print(f"  {' > '.join(path)}: {status}{took}", highlight=False)

    def _steps(self, action: Action) -> list[Step]:
        if action.provider != "StepFunctions" or not action.external_id:
            return []
        return states(self.install, action.external_id)

    def _picture(self, run: Run) -> Group:
        table = Table(box=None, show_header=False, pad_edge=False)
        for column in ("mark", "stage", "action", "seconds", "note"):
            table.add_column(column, justify="right" if column == "seconds" else "left", no_wrap=column != "note")
        stage = ""
        for action in run.actions:
            table.add_row(*row(action, action.stage if action.stage != stage else ""))
            stage = action.stage
            for step in self._steps(action):
                style = STYLES.get(step.status, "")
                mark = Text(MARKS.get(step.status, " "), style=style)
                table.add_row(mark, "", Text(f"  {step.name}", style="dim"), f"{step.seconds:.1f} s", "")
        title = Text.assemble(
            ("run ", "dim"),
            run.id[:8],
            ("  commit ", "dim"),
            run.commit[:8] or "-",
            ("  by ", "dim"),
            run.trigger or "-",
        )
        title.append(f"  {run.status}", style=STYLES.get(run.status, ""))
        title.append(f"  {run.seconds:.0f} s", style="dim")
        return Group(title, table)


def row(action: Action, stage: str) -> tuple[Text | str, ...]:
    """One action as cells: mark, stage, action, seconds, note."""
    style = STYLES.get(action.status, "")
    note = Text(action.error.splitlines()[0] if action.error else "", style="red")
    return (
        Text(MARKS.get(action.status, " "), style=style),
        stage,
        Text(action.name, style=style),
        f"{action.seconds:.1f} s",
        note,
    )


def states(install: Install, execution_arn: str) -> list[Step]:
    """The states that an execution entered, with their times; the newest attempt of each."""
    client = install.target.client("stepfunctions")
    pages = client.get_paginator("get_execution_history").paginate(executionArn=execution_arn)
    entered: dict[str, Any] = {}
    steps: dict[str, Step] = {}
    last = None
    for event in (event for page in pages for event in page["events"]):
        last = event
        if "stateEnteredEventDetails" in event:
            name = event["stateEnteredEventDetails"]["name"]
            entered[name] = event["timestamp"]
            steps[name] = Step(name, "InProgress", 0.0)
        elif "stateExitedEventDetails" in event:
            name = event["stateExitedEventDetails"]["name"]
            steps[name] = Step(name, "Succeeded", (event["timestamp"] - entered[name]).total_seconds())
    return [_settled(step, entered, last) for step in steps.values()]


def _settled(step: Step, entered: dict[str, Any], last: dict[str, Any] | None) -> Step:
    if step.status != "InProgress" or last is None:
        return step
    failed = last["type"] in ("ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
    end = last["timestamp"] if failed else time.time()
    begin = entered[step.name]
    seconds = (end - begin).total_seconds() if failed else end - begin.timestamp()
    return Step(step.name, "Failed" if failed else "InProgress", seconds)


def waits_for_approval(run: Run) -> bool:
    """Whether a manual approval is open."""
    return any(action.provider == "Manual" and action.status == "InProgress" for action in run.actions)


def failure(install: Install, run: Run) -> str:
    """What went wrong, for a person: stage, action, reason, log, what to do next."""
    failed = [action for action in run.actions if action.status == "Failed"]
    if not failed:
        return f"run {run.id} ended as {run.status}"
    action = failed[0]
    lines = [
        f"run {run.id} failed in stage {action.stage}, action {action.name}",
        f"  reason: {action.error or 'none given'}",
    ]
    if action.external_id:
        lines.append(f"  what ran: {action.external_id}")
    lines.append(f"  log: slipway logs --run {run.id[:8]} --action {action.stage}/{action.name}")
    lines.append(f"  again: slipway retry {action.stage} --stack {install.stack}")
    return "\n".join(lines)
