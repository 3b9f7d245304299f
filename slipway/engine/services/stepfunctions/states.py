"""The states, one function each: a visit to (output, name of the next state, or None).

docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.language import comparisons, dataflow
from slipway.engine.services.stepfunctions.position import Position
from slipway.engine.services.stepfunctions.records import moment
from slipway.engine.services.stepfunctions.run import Run, limited
from slipway.engine.services.stepfunctions.task import Attempt, token_of
from slipway.engine.store import Record

Moved = tuple[Any, str | None]


@dataclass(frozen=True)
class Visit:
    """What a state is run with."""

    run: Run
    name: str
    state: Record
    state_input: Any
    context: dataflow.Context
    position: Position

    @property
    def next(self) -> str | None:
        """Where the state leads."""
        return None if self.state.get("End") else self.state.get("Next")

    def effective(self) -> Any:
        """The effective input: after `InputPath`."""
        return dataflow.effective_input(self.state, self.state_input, self.context)

    def finish(self, result: Any) -> Moved:
        """Leave with a result."""
        return dataflow.output(self.state, self.state_input, result, self.context), self.next


State = Callable[[Visit], Moved]


def succeed(visit: Visit) -> Moved:
    """`Succeed` ends with its output."""
    return dataflow.passed_on(visit.state, visit.effective(), visit.context), None


def fail(visit: Visit) -> Moved:
    """`Fail` ends with its error; both texts are strings."""
    texts = []
    for name in ("Error", "Cause"):
        given = name in visit.state or f"{name}Path" in visit.state
        value = dataflow.field(visit.state, name, "string", visit.state_input, visit.context) if given else ""
        if not isinstance(value, str):
            raise TaskFailed("States.Runtime", f"The field '{name}' of a Fail state must be a string, but was {value}")
        texts.append(value)
    raise TaskFailed(*texts)


def pass_(visit: Visit) -> Moved:
    """`Pass` makes its output from its input."""
    effective = visit.effective()
    if dataflow.is_jsonata(visit.state, visit.context):
        return dataflow.passed_on(visit.state, effective, visit.context), visit.next
    if "Result" in visit.state:
        return visit.finish(visit.state["Result"])
    return visit.finish(dataflow.arguments(visit.state, effective, visit.context))


def choice(visit: Visit) -> Moved:
    """`Choice` goes where the first rule that holds says."""
    state, context, effective = visit.state, visit.context, visit.effective()

    def holds(rule: Record) -> bool:
        if dataflow.is_jsonata(state, context):
            return bool(dataflow.typed(rule, "Condition", "boolean", effective, context))
        return comparisons.holds(rule, effective, context)

    chosen = next((rule for rule in state["Choices"] if holds(rule)), None)
    target = chosen["Next"] if chosen else state.get("Default")
    if target is None:
        raise TaskFailed("States.NoChoiceMatched", f"No choice rule of {visit.name} matched and there is no Default")
    return dataflow.passed_on(state, effective, context, chosen), target


def wait(visit: Visit) -> Moved:
    """`Wait` passes its input on after AWS's time, counted from when the state was entered."""
    effective = visit.effective()
    real = visit.run.engine.clock.real(_seconds(visit, effective))
    if "Timestamp" not in visit.state and "TimestampPath" not in visit.state:
        real -= (datetime.now(UTC) - moment(visit.position.place["entered"])).total_seconds()
    visit.run.pause(real)
    return dataflow.passed_on(visit.state, effective, visit.context), visit.next


def _seconds(visit: Visit, effective: Any) -> float:
    state, context = visit.state, visit.context
    if "Timestamp" in state or "TimestampPath" in state:
        text = dataflow.field(state, "Timestamp", "string", effective, context)
        until = comparisons.moment(text)
        if until is None:
            raise TaskFailed(
                "States.Runtime", f"The Timestamp of a Wait state must be an RFC 3339 time, but was {text}"
            )
        return (until - datetime.now(UTC)).total_seconds()
    return _whole(state, "Seconds", effective, context)


def _whole(state: Record, name: str, effective: Any, context: dataflow.Context) -> int:
    """A field that must be a whole number of seconds."""
    value = dataflow.field(state, name, "number", effective, context)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 0:
        raise TaskFailed("States.Runtime", f"The field '{name}' must be a positive whole number, but was {value}")
    return int(value)


def task(visit: Visit) -> Moved:
    """One attempt of `Task`; Retry and Catch are around it."""
    state, context = visit.state, visit.context
    token = token_of(state["Resource"], visit.position.place)
    scope = {**context, "Task": {"Token": token}} if token else context
    effective = visit.effective()
    arguments = dataflow.arguments(state, effective, scope)
    limited(visit.name, "input", arguments)
    attempt = Attempt(visit.run, visit.name, state["Resource"], arguments, visit.position, token=token)
    for name, attribute in (("TimeoutSeconds", "timeout"), ("HeartbeatSeconds", "heartbeat")):
        if name in state or f"{name}Path" in state:
            setattr(attempt, attribute, _whole(state, name, effective, context))
    result = attempt.perform()
    limited(visit.name, "output", result)
    return visit.finish(result)
