"""Following a run to its end or to its approval, with one live display for a person and plain lines for a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live

from slipway import executions, picture, report, runs
from slipway.errors import ExitCode, SlipwayError
from slipway.executions import State
from slipway.install import Install
from slipway.runs import Action, Run

POLL_SECONDS = 0.3
POLL_SECONDS_AWS = 5.0


class RunFailed(SlipwayError):
    """The run failed or was stopped; the text names stage, action, reason, log and what to do."""

    exit_code = ExitCode.RUN_FAILED


@dataclass
class Watcher:
    """Looks at one run again and again; shows it whole where the console is live, else tells each change once."""

    install: Install
    run_id: str
    console: Console
    live: bool
    _told: set[tuple[str, ...]] = field(default_factory=set)
    _states: dict[str, list[State]] = field(default_factory=dict)

    def until(self, finished: Callable[[Run], bool]) -> Run:
        """Watch until `finished`, or until the run has ended."""
        if not self.live:
            return self._poll(finished, self._tell)
        stages = runs.stages(self.install)
        # What a thread of its own draws in a notebook may land in the next cell; there each look draws.
        looks = self.console.is_jupyter
        with Live(console=self.console, auto_refresh=not looks, refresh_per_second=8) as display:
            height = self.console.height - 1
            return self._poll(
                finished, lambda run: display.update(picture.of(run, stages, self._states, height), refresh=looks)
            )

    def _poll(self, finished: Callable[[Run], bool], show: Callable[[Run], None]) -> Run:
        pause = POLL_SECONDS if self.install.target.engine else POLL_SECONDS_AWS
        while True:
            run = runs.get(self.install, self.run_id)
            for action in run.actions:
                self._look_inside(action)
            show(run)
            if run.done or finished(run):
                return run
            time.sleep(pause)

    def _look_inside(self, action: Action) -> None:
        """Read the states of an action's execution, until it has ended and they change no more."""
        arn = action.external_id
        if action.provider != "StepFunctions" or not arn:
            return
        known = self._states.get(arn)
        if known is None or any(state.ended is None for state in known) or action.status == "InProgress":
            self._states[arn] = executions.states(self.install.target, arn)

    def _tell(self, run: Run) -> None:
        for action in run.actions:
            for state in self._states.get(action.external_id, []):
                self._line((action.stage, action.name, state.name), state.status, state.seconds)
            self._line((action.stage, action.name), action.status, action.seconds, picture.first_line(action.reason))

    def _line(self, path: tuple[str, ...], status: str, seconds: float, note: str = "") -> None:
        key = (*path, status)
        if key in self._told:
            return
        self._told.add(key)
        took = f" after {picture.took(seconds)}" if status != "InProgress" else ""
        text = f"  {' > '.join(path)}: {status}{took}{f': {note}' if note else ''}"
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)


def is_live(console: Console) -> bool:
    """Whether a display can be drawn again and again in place."""
    return console.is_terminal and not console.is_dumb_terminal


def waits_for_approval(run: Run) -> bool:
    """Whether a manual approval is open."""
    return any(action.provider == "Manual" and action.status == "InProgress" for action in run.actions)


def check(install: Install, run: Run) -> None:
    """RunFailed for a run that has ended otherwise than well."""
    if run.done and run.status != "Succeeded":
        raise RunFailed(failure(install, run))


def failure(install: Install, run: Run) -> str:
    """What went wrong, for a person: stage, action, reason, what ran, log, what to do next."""
    failed = [action for action in run.actions if action.status == "Failed"]
    if not failed:
        later = " by a later run" if run.status == "Superseded" else ""
        return f"run {run.id} ended as {run.status}{later}; `slipway runs` lists the runs"
    action = failed[-1]
    lines = [
        f"run {run.id} failed in stage {action.stage}, action {action.name} ({action.provider})",
        f"  reason: {action.reason or 'none given'}",
    ]
    if action.external_id:
        lines.append(f"  what ran: {action.external_id}")
    if action.provider != "Manual":
        lines.append(f"  log: slipway logs --run {run.id[:8]} --action {action.stage}/{action.name}")
        lines.append(_remedy(install, run, action))
    return "\n".join(lines)


def _remedy(install: Install, run: Run, action: Action) -> str:
    """What to do about a failed action; a candidate below the gate would be below it again."""
    if report.is_refused(action):
        return (
            f"  report: slipway report {run.id[:8]}\n"
            "  next: other data, columns or hyperparameters, or another evaluate.threshold (--threshold of automl)"
        )
    return f"  again: slipway retry {action.stage} --stack {install.stack}"
