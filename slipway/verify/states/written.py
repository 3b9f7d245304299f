"""Every path through a definition, and on each what was written: a state reads nothing that no state before it wrote.

A variable must have been assigned on every way to a state; a field of what was assigned, on one of them, since whether
a field is there may be what the state asks. Of what a task answers, the fields are those that its API's model has; of
an execution's input nothing is known.

docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
docs.aws.amazon.com/step-functions/latest/dg/input-output-context.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.verify.states.expressions import Reading
from slipway.verify.states.results import result as result_of
from slipway.verify.states.shapes import ANY, Shape, bounded, merged

State = Mapping[str, Any]

# docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
_CONTEXT: Shape = {
    "Execution": dict.fromkeys(("Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount", "RedriveTime"), ANY),
    "State": dict.fromkeys(("EnteredTime", "Name", "RetryCount"), ANY),
    "StateMachine": {"Id": ANY, "Name": ANY},
    "Task": {"Token": ANY},
    "Map": {"Item": ANY},
}
_ERROR: Shape = {"Error": ANY, "Cause": ANY}
# What a state evaluates before it acts, and what with its result.
_BEFORE = ("Arguments", "Items", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter", "Error", "Cause")
_BEFORE_TOO = ("Seconds", "Timestamp", "TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency", "Credentials")


@dataclass
class Entry:
    """What a state finds: the variables that every way to it assigned, and its input."""

    variables: dict[str, Shape]
    given: Shape

    def joined(self, other: Entry) -> Entry:
        """Either of two ways."""
        names = self.variables.keys() & other.variables.keys()
        variables = {name: bounded(merged(self.variables[name], other.variables[name])) for name in names}
        return Entry(variables, bounded(merged(self.given, other.given)))


@dataclass
class Missing:
    """A read of what nothing wrote: where it stands in the definition, and what it names."""

    place: tuple[str | int, ...]
    name: str


@dataclass
class _Machine:
    """One level of a definition while it is followed."""

    states: Mapping[str, State]
    place: tuple[str | int, ...]
    entries: dict[str, Entry] = field(default_factory=dict)


def missing(definition: State) -> list[Missing]:
    """Every read of what was not written, of a definition whose structure is sound."""
    found: dict[tuple[Any, ...], Missing] = {}
    for each in _follow(definition, Entry({}, ANY), ()):
        found[(each.place, each.name)] = each
    return list(found.values())


def _follow(definition: State, entry: Entry, place: tuple[str | int, ...]) -> Iterator[Missing]:
    """Visit states until what they find changes no more; then say what each of them misses."""
    machine = _Machine(definition["States"], (*place, "States"))
    waiting = [(definition["StartAt"], entry)]
    while waiting:
        name, arriving = waiting.pop()
        known = machine.entries.get(name)
        joined = known.joined(arriving) if known else arriving
        if joined != known:
            machine.entries[name] = joined
            waiting += _Visit(machine.states[name], (*machine.place, name), joined).ways()
    for name, found in machine.entries.items():
        visit = _Visit(machine.states[name], (*machine.place, name), found)
        visit.ways()
        yield from visit.missing
        yield from _inside(machine.states[name], (*machine.place, name), found)


def _inside(state: State, place: tuple[str | int, ...], entry: Entry) -> Iterator[Missing]:
    """The machines in a Parallel, which begin with its input or its Arguments, and in a Map, with an item."""
    given = ANY if "Arguments" in state else entry.given
    for index, branch in enumerate(state.get("Branches", [])):
        yield from _follow(branch, Entry(entry.variables, given), (*place, "Branches", index))
    if "ItemProcessor" in state:
        yield from _follow(state["ItemProcessor"], Entry(entry.variables, ANY), (*place, "ItemProcessor"))


class _Visit:
    """One state with what it finds."""

    def __init__(self, state: State, place: tuple[str | int, ...], entry: Entry) -> None:
        self._state, self._place, self._entry = state, place, entry
        self.missing: list[Missing] = []

    def ways(self) -> list[tuple[str, Entry]]:
        """Where the state leads, and what is found there."""
        for member in (*_BEFORE, *_BEFORE_TOO):
            if member in self._state:
                self._value(self._state[member], (member,), self._known({}))
        result = self._result()
        ways = [self._way(each, ("Choices", index), {}) for index, each in enumerate(self._state.get("Choices", []))]
        catchers = enumerate(self._state.get("Catch", []))
        ways += [self._way(each, ("Catch", index), {"errorOutput": _ERROR}) for index, each in catchers]
        ways.append(self._way(self._state, (), result))
        return [(target, entry) for target, entry in ways if target]

    def _result(self) -> dict[str, Shape]:
        """What only a state that has asked for something has."""
        if self._state["Type"] == "Task":
            return {"result": result_of(self._state["Resource"])}
        return {"result": ANY} if self._state["Type"] in ("Parallel", "Map") else {}

    def _way(self, leaving: State, place: tuple[str | int, ...], more: Mapping[str, Shape]) -> tuple[str, Entry]:
        """One way out: a Choice's rule, a catcher, or the state's own end."""
        known = self._known(more)
        if "Condition" in leaving:
            self._value(leaving["Condition"], (*place, "Condition"), known)
        output = next(iter(more.values()), self._entry.given)
        if "Output" in leaving:
            output = self._value(leaving["Output"], (*place, "Output"), known)
        assigned = self._value(leaving.get("Assign", {}), (*place, "Assign"), known) or {}
        target = leaving.get("Next") or leaving.get("Default") or ""
        return target, Entry({**self._entry.variables, **assigned}, output)

    def _known(self, more: Mapping[str, Shape]) -> dict[str, Shape]:
        return {**self._entry.variables, "states": {"input": self._entry.given, "context": _CONTEXT, **more}}

    def _value(self, value: Any, place: tuple[str | int, ...], known: Mapping[str, Shape]) -> Shape:
        """The shape of a field's value; what it misses is noted."""
        if isinstance(value, Mapping):
            return {name: self._value(item, (*place, name), known) for name, item in value.items()}
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._value(item, (*place, index), known)
            return ANY
        if not (isinstance(value, str) and value.startswith("{%")):
            return ANY
        reading = Reading(known)
        shape = reading.value(value[2:-2].strip())
        self.missing += [Missing((*self._place, *place), name) for name in reading.missing]
        return shape
