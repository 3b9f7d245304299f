"""Runs a state machine's definition with JSONata, its tasks answered by functions: as much as unit tests need.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html. Retries are not waited for: a task that fails goes
to its Catch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonata

State = dict[str, Any]
Task = Callable[[dict[str, Any]], Any]


class TaskFailed(Exception):
    """A task's error, as Step Functions names it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


@dataclass
class Execution:
    """What an execution did: the states it entered, the arguments of each task, and how it ended."""

    visited: list[str] = field(default_factory=list)
    arguments: dict[str, list[Any]] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    output: Any = None
    error: str = ""
    cause: str = ""


def load(path: Path, substitutions: dict[str, str]) -> State:
    """The definition with its `${…}` filled in."""
    text = path.read_text("utf-8")
    for name, value in substitutions.items():
        text = text.replace(f"${{{name}}}", value)
    definition: State = json.loads(text)
    return definition


def evaluate(value: Any, variables: dict[str, Any], states: State) -> Any:
    """A value with every `{% … %}` in it evaluated."""
    if isinstance(value, dict):
        return {key: evaluate(item, variables, states) for key, item in value.items()}
    if isinstance(value, list):
        return [evaluate(item, variables, states) for item in value]
    if not (isinstance(value, str) and value.startswith("{%")):
        return value
    return _parsed(value).evaluate(None, {**variables, "states": states})


@cache
def _parsed(text: str) -> jsonata.Jsonata:
    """An expression, parsed once for all executions; what one of them binds is not there in the next."""
    expression = jsonata.Jsonata(text.removeprefix("{%").removesuffix("%}"))
    expression.register_lambda("parse", json.loads)
    expression.register_lambda("hash", lambda data, _: hashlib.sha256(data.encode()).hexdigest())
    return expression


def run(definition: State, given: Any, tasks: dict[str, Task], name: str = "run-1") -> Execution:
    """Run a definition on an input; `tasks` answer by state name."""
    execution = Execution()
    current, data = definition["StartAt"], given
    while current:
        execution.visited.append(current)
        current, data = _enter(
            definition["States"][current], current, data, execution, tasks, _context(current, given, name)
        )
    execution.output = data
    return execution


def _context(state: str, given: Any, name: str) -> State:
    return {
        "Execution": {"Id": f"arn:aws:states:eu-west-1:123456789012:execution:m:{name}", "Name": name, "Input": given},
        "State": {"Name": state, "RetryCount": 0},
    }


def _enter(
    state: State, name: str, data: Any, execution: Execution, tasks: dict[str, Task], context: State
) -> tuple[str | None, Any]:
    states = {"input": data, "context": context}
    if state["Type"] == "Choice":
        return _choose(state, execution, states)
    if state["Type"] == "Fail":
        execution.error = evaluate(state["Error"], execution.variables, states)
        execution.cause = evaluate(state["Cause"], execution.variables, states)
        return None, None
    if state["Type"] == "Wait":
        execution.arguments.setdefault(name, []).append(evaluate(state["Seconds"], execution.variables, states))
    if state["Type"] == "Parallel":
        try:
            states["result"] = [run(branch, data, tasks).output for branch in state["Branches"]]
        except ValueError as error:
            states["errorOutput"] = {"Error": "States.QueryEvaluationError", "Cause": str(error)}
            state = state["Catch"][0]
    elif state["Type"] == "Task":
        arguments = evaluate(state["Arguments"], execution.variables, states)
        execution.arguments.setdefault(name, []).append(arguments)
        try:
            states["result"] = tasks[name](arguments)
        except TaskFailed as failure:
            states["errorOutput"] = {"Error": failure.error, "Cause": failure.cause}
            state = next(c for c in state["Catch"] if {failure.error, "States.ALL"} & set(c["ErrorEquals"]))
    return _leave(state, data, execution, states)


def _choose(state: State, execution: Execution, states: State) -> tuple[str, Any]:
    for choice in state["Choices"]:
        answer = evaluate(choice["Condition"], execution.variables, states)
        assert isinstance(answer, bool), f"{choice['Condition']} is {answer!r}, not a boolean"
        if answer:
            _assign(choice, execution, states)
            return choice["Next"], states["input"]
    return state["Default"], states["input"]


def _leave(state: State, data: Any, execution: Execution, states: State) -> tuple[str | None, Any]:
    output = evaluate(state["Output"], execution.variables, states) if "Output" in state else states.get("result", data)
    _assign(state, execution, states)
    return state.get("Next"), output


def _assign(state: State, execution: Execution, states: State) -> None:
    execution.variables |= evaluate(state.get("Assign", {}), execution.variables, states)
