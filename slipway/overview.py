"""The pipeline as CodePipeline's console shows it: stages, actions, how each last went.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineState.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from slipway import executions, runs
from slipway.executions import State
from slipway.install import Install
from slipway.picture import MARKS, PENDING, first_line, note, style, took

NOT_RUN = "not run yet"
# What took less and went well is a choice or a call, not work.
_SHORTEST_SECONDS = 0.5


def state(install: Install) -> dict[str, Any]:
    """GetPipelineState's answer."""
    found: dict[str, Any] = install.target.client("codepipeline").get_pipeline_state(name=install.pipeline)
    return {name: value for name, value in found.items() if name != "ResponseMetadata"}


def steps(install: Install, state: dict[str, Any]) -> dict[str, list[State]]:
    """What each action's execution of a state machine worked on, by the execution's ARN: its states and their steps."""
    latest = (action.get("latestExecution", {}) for stage in state["stageStates"] for action in stage["actionStates"])
    arns = [arn for found in latest if ":execution:" in (arn := found.get("externalExecutionId", ""))]
    return {arn: [one for one in executions.states(install.target, arn) if _is_work(one)] for arn in arns}


def _is_work(state: State) -> bool:
    return state.status != "Succeeded" or state.seconds >= _SHORTEST_SECONDS


def picture(state: dict[str, Any], steps: Mapping[str, Sequence[State]]) -> Table:
    """One row a stage, one an action and one a step of it, in columns that all stages share."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("name", "status", "when"):
        table.add_column(column, no_wrap=True)
    table.add_column("note")  # the one that gives way in a narrow terminal
    for stage in state["stageStates"]:
        table.add_row(*_stage(stage))
        for action in stage["actionStates"]:
            table.add_row(*_action(action))
            for step in steps.get(action.get("latestExecution", {}).get("externalExecutionId", ""), ()):
                table.add_row(*_step(step))
    return table


def _stage(stage: dict[str, Any]) -> tuple[Text, Text, str, Text]:
    latest = stage.get("latestExecution", {})
    told = latest.get("status", NOT_RUN)
    transition = stage.get("inboundTransitionState", {})
    closed = "" if transition.get("enabled", True) else f"closed: {transition.get('disabledReason', 'no reason given')}"
    run_id = latest.get("pipelineExecutionId", "")[:8]
    return Text(stage["stageName"], style="bold"), Text(told, style=style(told)), run_id, note(closed, "yellow")


def _action(action: dict[str, Any]) -> tuple[Text, Text, str, Text]:
    latest = action.get("latestExecution", {})
    told = latest.get("status", NOT_RUN)
    waits = told == "InProgress" and "token" in latest
    changed = latest.get("lastStatusChange")
    why = note("waits for approval", "yellow") if waits else note(_reason(latest), "red")
    name = Text(f"  {MARKS.get(told, PENDING)} {action['actionName']}", style=style(told))
    return name, Text(told, style=style(told)), ago(changed) if changed else "", why


def _step(step: State) -> tuple[Text, Text, str, Text]:
    mark = Text(f"    {MARKS.get(step.status, ' ')} ", style=style(step.status))
    return mark.append(step.name, style="dim"), Text(step.status, style="dim"), took(step.seconds), Text()


def _reason(latest: dict[str, Any]) -> str:
    return first_line(runs.reason(latest.get("errorDetails", {}).get("message", "")))


def hint(state: dict[str, Any]) -> str:
    """What to do next."""
    stages = state["stageStates"]
    for stage in stages:
        run_id = stage.get("latestExecution", {}).get("pipelineExecutionId", "")[:8]
        if any("token" in latest and latest["status"] == "InProgress" for latest in _latest(stage)):
            return f"next: `slipway report {run_id}`, then `slipway approve` or `slipway reject`"
    for stage in stages:
        if stage.get("latestExecution", {}).get("status") == "Failed":
            return f"next: `slipway logs` shows why, `slipway retry {stage['stageName']}` tries again"
    if any(latest.get("status") == "InProgress" for stage in stages for latest in _latest(stage)):
        return "next: `slipway watch`"
    return "next: `slipway push` or `slipway drop FILE` starts a run"


def _latest(stage: dict[str, Any]) -> list[dict[str, Any]]:
    return [action.get("latestExecution", {}) for action in stage["actionStates"]]


def ago(moment: datetime) -> str:
    """How long ago, in words of one unit."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s ago"
    return f"{seconds // 60:.0f} min ago" if seconds < 7200 else f"{seconds // 3600:.0f} h ago"
