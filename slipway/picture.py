"""How a run looks in a terminal: its stages, actions and states, with their times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from slipway.executions import State
from slipway.runs import Action, Run

STYLES = {
    "Succeeded": "green",
    "Failed": "red bold",
    "InProgress": "cyan",
    "Stopped": "yellow",
    "Superseded": "yellow",
    "Abandoned": "yellow",
}
MARKS = {"Succeeded": "✓", "Failed": "✗", "InProgress": "…", "Stopped": "■", "Superseded": "»", "Abandoned": "■"}
PENDING = "·"

# A stage's name and its actions' names, as the pipeline declares them.
Stages = Sequence[tuple[str, Sequence[str]]]


def style(status: str) -> str:
    """A status's style in rich's words."""
    return STYLES.get(status, "dim")


def took(seconds: float) -> str:
    """Seconds for a person: tenths while they matter, minutes once there are many."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"


def of(run: Run, stages: Stages, states: Mapping[str, Sequence[State]], height: int | None = None) -> Group:
    """A run: what it has done, what it does, what is left. `states` are by the execution's ARN.

    Where not all of it fits into `height` lines, states that went well are left out.
    """
    lines = 1 + sum(len(names) for _, names in stages) + sum(len(entered) for entered in states.values())
    if height is not None and lines > height:
        states = {arn: [state for state in entered if state.status != "Succeeded"] for arn, entered in states.items()}
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("stage", no_wrap=True, style="bold")
    table.add_column("action", no_wrap=True)
    table.add_column("took", no_wrap=True, justify="right")
    table.add_column("note")  # the one that gives way in a narrow terminal
    for stage, names in stages:
        for number, name in enumerate(names):
            action = run.action(stage, name)
            table.add_row(stage if number == 0 else "", *_cells(name, action))
            for state in states.get(action.external_id, ()) if action else ():
                table.add_row("", *_state_cells(state))
    return Group(_title(run), table)


def _title(run: Run) -> Text:
    title = Text(no_wrap=True, overflow="ellipsis")
    for name, value in (("run", run.id[:8]), ("commit", run.commit[:8] or "-"), ("by", run.by or "-")):
        title.append(f"{name} ", style="dim").append(f"{value}  ")
    return title.append(run.status, style=style(run.status)).append(f"  {took(run.seconds)}", style="dim")


def _cells(name: str, action: Action | None) -> tuple[Text, str, Text]:
    if action is None:
        return Text(f"{PENDING} {name}", style="dim"), "", Text()
    if action.provider == "Manual" and action.status == "InProgress":
        why = note("waits for approval", "yellow")
    else:
        why = note(first_line(action.reason), "red")
    label = Text(f"{MARKS.get(action.status, ' ')} {name}", style=style(action.status))
    return label, took(action.seconds), why


def _state_cells(state: State) -> tuple[Text, Text, Text]:
    mark = Text(f"    {MARKS.get(state.status, ' ')} ", style=style(state.status))
    return mark.append(state.name, style="dim"), Text(took(state.seconds), style="dim"), Text()


def note(text: str, color: str) -> Text:
    """A cell on one line, cut where the terminal ends; its column must wrap, or all columns shrink alike."""
    return Text(text, style=color, no_wrap=True, overflow="ellipsis")


def first_line(text: str) -> str:
    """The first line of a text, "" of none."""
    return text.splitlines()[0] if text else ""
