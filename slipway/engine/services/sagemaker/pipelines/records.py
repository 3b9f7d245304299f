"""Pipelines by name, executions by ARN, callback tokens: everything that an engine needs to go on where another ended.

An execution's record holds its definition, its parameters' values and its steps (`_steps`, by name, as they began).
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.pipelines import events
from slipway.engine.services.sagemaker.pipelines.definition import Definition, parse
from slipway.engine.services.sagemaker.pipelines.errors import missing_execution, missing_pipeline
from slipway.engine.services.sagemaker.service import arn, now, role_caller, table

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

PIPELINES, EXECUTIONS, CALLBACKS = "pipelines", "pipeline-executions", "pipeline-callbacks"
ENDED = frozenset({"Succeeded", "Failed", "Stopped"})
_CHARACTERS = string.ascii_lowercase + string.digits
_TOKEN_CHARACTERS = string.ascii_letters + string.digits

Record = dict[str, Any]


def random_text(length: int, characters: str = _TOKEN_CHARACTERS) -> str:
    """As SageMaker makes ids, tokens and the ends of names."""
    return "".join(secrets.choice(characters) for _ in range(length))


def execution_id() -> str:
    """Twelve small letters and digits."""
    return random_text(12, _CHARACTERS)


def find_pipeline(engine: Engine, name_or_arn: str) -> Record:
    """The pipeline's record by name or ARN, or SageMaker's error."""
    name = name_or_arn.rsplit("/", 1)[-1]
    record = table(engine, PIPELINES).get(name)
    if record is None:
        raise missing_pipeline(arn(engine, "pipeline", name))
    return record


def executions_of(engine: Engine, pipeline: str) -> list[Record]:
    """The records of a pipeline's executions, in the order in which they began."""
    return [record for record in table(engine, EXECUTIONS).values() if record["_pipeline"] == pipeline]


@dataclass(frozen=True)
class Execution:
    """One execution, by its record."""

    engine: Engine
    arn: str

    @property
    def record(self) -> Record:
        """As it is now; SageMaker's error when there is none."""
        record = table(self.engine, EXECUTIONS).get(self.arn)
        if record is None:
            raise missing_execution(self.arn)
        return record

    @property
    def id(self) -> str:
        """The end of its ARN."""
        return self.arn.rsplit("/", 1)[-1]

    @cached_property
    def definition(self) -> Definition:
        """What it executes, whatever its pipeline became since."""
        return parse(self.record["_definition"])

    @property
    def caller(self) -> Caller:
        """The pipeline's role; asked for anew each time, since a session may end before a long execution does."""
        return role_caller(self.engine, self.record["_role"])

    def change(self, change: Callable[[Record], None]) -> Record:
        """Alter the record; a change of its status is also an event."""
        before = ""

        def stamped(record: Record) -> None:
            nonlocal before
            before = record["PipelineExecutionStatus"]
            change(record)
            record["LastModifiedTime"] = now()

        after = table(self.engine, EXECUTIONS).change(self.arn, stamped)
        if after["PipelineExecutionStatus"] != before:
            events.execution_changed(self.engine, after, before)
        return after

    def change_step(self, name: str, **members: Any) -> None:
        """Set members of a step's record (None takes one away); a change of its status is also an event."""
        before = None

        def change(record: Record) -> None:
            nonlocal before
            step = record["_steps"].setdefault(name, {"StepName": name})
            before = step.get("StepStatus")
            step.update({key: value for key, value in members.items() if value is not None})
            for key in [key for key, value in members.items() if value is None]:
                step.pop(key, None)

        after = self.change(change)
        if after["_steps"][name].get("StepStatus") != before:
            events.step_changed(self.engine, after, after["_steps"][name], self.definition.steps[name].type, before)
