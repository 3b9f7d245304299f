"""The states, one function each: (run, state, input, context) → (output, name of the next state, or None).

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from dateutil.parser import isoparse

from slipway.engine.engine import current
from slipway.engine.integrations.task import TaskFailed
from slipway.engine.mend.stepfunctions import ministack
from slipway.engine.mend.stepfunctions.ministack import Context, Record
from slipway.engine.mend.stepfunctions.run import Run, limited, query_language
from slipway.engine.mend.stepfunctions.task import Attempt, new_token

Moved = tuple[Any, str | None]
State = Callable[[Run, Record, Any, Context], Moved]


def next_of(state: Record) -> str | None:
    """Where a state leads."""
    return None if state.get("End") else state.get("Next")


def is_jsonata(state: Record, context: Context) -> bool:
    """Whether the state's query language is JSONata."""
    return query_language(state, context) == "JSONata"


def assign(holder: Record, state_input: Any, context: Context, result: Any = None, error: Any = None) -> None:
    """Set the variables of `Assign`, all from the values before any of them (JSONata; the validator refuses the other).

    https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
    """
    if "Assign" in holder:
        context["variables"].update(ministack.evaluate(holder["Assign"], state_input, context, result, error))


def finish(state: Record, state_input: Any, context: Context, result: Any) -> Any:
    """The output of a state with a result, and its variables."""
    if not is_jsonata(state, context):
        return ministack.jsonpath_output(state, state_input, result, context)
    output = result
    if "Output" in state:
        output = ministack.evaluate(state["Output"], state_input, context, result)
    assign(state, state_input, context, result)
    return output


def succeed(run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """`Succeed` ends with its output."""
    del run
    if is_jsonata(state, context):
        return (ministack.evaluate(state["Output"], state_input, context) if "Output" in state else state_input), None
    effective = ministack.jsonpath_input(state, state_input, context)
    return ministack.jsonpath_passed_on(state, effective, context), None


def fail(run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """`Fail` ends with its error."""
    del run
    raise TaskFailed(*ministack.fail_state(state, state_input, context))


def pass_(run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """`Pass` makes its output from its input."""
    del run
    if is_jsonata(state, context):
        return finish(state, state_input, context, state_input), next_of(state)
    effective = ministack.jsonpath_input(state, state_input, context)
    result = state.get("Result", ministack.jsonpath_parameters(state, effective, context))
    return finish(state, state_input, context, result), next_of(state)


def choice(run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """`Choice` goes where the first rule that holds says."""
    del run
    jsonata = is_jsonata(state, context)
    effective = state_input if jsonata else ministack.jsonpath_input(state, state_input, context)
    holds = ministack.jsonata_choice if jsonata else ministack.jsonpath_choice
    chosen: Record = next((rule for rule in state["Choices"] if holds(rule, effective, context)), {})
    target = chosen.get("Next") or state.get("Default")
    if target is None:
        raise TaskFailed("States.NoChoiceMatched", f"No choice rule of {context['State']['Name']} matched")
    holder = chosen or state
    output = _choice_output(holder, state, effective, context)
    assign(holder, state_input, context)
    return output, target


def _choice_output(holder: Record, state: Record, effective: Any, context: Context) -> Any:
    if not is_jsonata(state, context):
        return ministack.jsonpath_passed_on(state, effective, context)
    return ministack.evaluate(holder["Output"], effective, context) if "Output" in holder else effective


def wait(run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """`Wait` passes its input on after AWS's time."""
    jsonata = is_jsonata(state, context)
    effective = state_input if jsonata else ministack.jsonpath_input(state, state_input, context)
    run.pause(current().clock.real(_seconds(state, effective, context)))
    if jsonata:
        return finish(state, state_input, context, state_input), next_of(state)
    return ministack.jsonpath_passed_on(state, effective, context), next_of(state)


def _seconds(state: Record, effective: Any, context: Context) -> float:
    if "Timestamp" in state or "TimestampPath" in state:
        moment = _value(state, "Timestamp", "string", effective, context)
        left: float = (isoparse(moment) - datetime.now(UTC)).total_seconds()
        return left
    return float(_value(state, "Seconds", "number", effective, context))


def _value(state: Record, name: str, kind: str, effective: Any, context: Context) -> Any:
    """A field as a literal, a JSONata expression, or the value at the path of its `…Path` twin."""
    if f"{name}Path" in state:
        return ministack.jsonpath_value(state[f"{name}Path"], effective, context)
    if is_jsonata(state, context):
        return ministack.field(state, name, kind, effective, context)
    return state[name]


def task(run: Run, state: Record, state_input: Any, context: Context) -> Moved:
    """One attempt of `Task`; Retry and Catch are around it."""
    resource = state["Resource"]
    token = new_token(resource)
    scope = {**context, "Task": {"Token": token}} if token else context
    if is_jsonata(state, context):
        effective = state_input
        arguments = ministack.evaluate(state.get("Arguments", state_input), state_input, scope)
    else:
        effective = ministack.jsonpath_input(state, state_input, scope)
        arguments = ministack.jsonpath_parameters(state, effective, scope)
    attempt = Attempt(run, context["State"]["Name"], resource, arguments, token=token)
    for name, attribute in (("TimeoutSeconds", "timeout"), ("HeartbeatSeconds", "heartbeat")):
        if name in state or f"{name}Path" in state:
            setattr(attempt, attribute, float(_value(state, name, "number", effective, context)))
    result = attempt.perform()
    limited(context["State"]["Name"], "output", result)
    return finish(state, state_input, context, result), next_of(state)
