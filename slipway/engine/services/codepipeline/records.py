"""The durable records, and the board on which one pipeline's executions see each other.

A pipeline:   name, arn, version, versions {"1": declaration}, created, updated, tags {key: value},
              transitions {stage: {enabled, reason, by, at}}
An execution: id, pipeline, version, mode, type, status, summary, attempt, startTime, lastUpdateTime, trigger,
              stopReason, rollbackTarget, variables {name: value}, overrides {action: {revisionType: value}},
              revisions {action: …}, artifacts {name: {bucket, key}}, outputs {namespace: {name: value}}, at (the stage
              it is in or waits for), arrived (when it came to that stage's entrance), stages {name: stage},
              actions [attempt], rules [attempt]
A stage:      status, round (1, then one more for each retry), since (the first round whose successes count), enteredAt,
              retries {automatic, manual, trigger}, conditions {type: {status, summary, at}}
An attempt:   id, stage, name, round, status, startTime, lastUpdateTime, updatedBy, input, outputs, memory, link, error,
              percent, variables, and of an approval: token, approval
Times are seconds since the epoch.
"""

from __future__ import annotations

import threading
import time
import uuid
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline.outcome import Halted
from slipway.engine.store import Record, Table

LIVE = ("InProgress", "Stopping")
BUSY = ("InProgress", "Stopping")
_boards: weakref.WeakKeyDictionary[Engine, dict[str, Board]] = weakref.WeakKeyDictionary()
_making_board = threading.Lock()


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def new_id() -> str:
    """An execution's id, an action execution's id, a token: AWS uses lower-case UUIDs for all of them."""
    return str(uuid.uuid4())


class Board:
    """One pipeline's executions. Whoever changes one holds the lock and wakes everybody who waits."""

    def __init__(self, engine: Engine, pipeline: str) -> None:
        self.engine = engine
        self.pipeline = pipeline
        self.closed = False
        self.driven: set[str] = set()
        self.handed_over: set[str] = set()
        self._changed = threading.Condition(threading.RLock())
        self._live = {record["id"] for record in self._table.values() if record["status"] in LIVE}

    @property
    def _table(self) -> Table:
        return self.engine.store("codepipeline").table(f"executions/{self.pipeline}")

    @property
    def lock(self) -> threading.Condition:
        """Held while several executions are looked at together."""
        return self._changed

    def read(self, execution_id: str) -> Record:
        """The execution; PipelineExecutionNotFoundException, or Halted when the pipeline was deleted meanwhile."""
        if self.closed:
            raise Halted
        record = self._table.get(execution_id)
        if record is None:
            raise AwsError(
                "PipelineExecutionNotFoundException",
                f"The pipeline execution {execution_id} does not exist in pipeline {self.pipeline}",
            )
        return record

    def all(self) -> list[Record]:
        """Every execution, oldest first."""
        return list(self._table.values())

    def live(self) -> Iterator[Record]:
        """The executions that are not over."""
        return (self._table[execution_id] for execution_id in sorted(self._live))

    def add(self, record: Record) -> None:
        """Write a new execution."""
        with self._changed:
            self._table[record["id"]] = record
            self._note(record)

    def change(self, execution_id: str, change: Callable[[Record], Any]) -> Record:
        """Alter an execution in place and wake those who wait; Halted when the pipeline was deleted meanwhile."""
        with self._changed:
            if self.closed:
                raise Halted
            record = self._table.change(execution_id, lambda record: _touch(record, change))
            self._note(record)
            return record

    def wait(self, seconds: float) -> None:
        """Wait until something changes or `seconds` have passed; Halted when nobody is to go on."""
        with self._changed:
            self.check()
            self._changed.wait(seconds)
            self.check()

    def check(self) -> None:
        """Halted when the engine stops or the pipeline was deleted."""
        if self.closed or self.engine.stopping.is_set():
            raise Halted

    def wake(self) -> None:
        """Wake everybody: a transition was enabled, a job reported, the engine stops."""
        with self._changed:
            self._changed.notify_all()

    def delete(self) -> None:
        """Forget every execution and let their threads end."""
        with self._changed:
            self.closed = True
            self._table.clear()
            self._changed.notify_all()

    def _note(self, record: Record) -> None:
        (self._live.add if record["status"] in LIVE else self._live.discard)(record["id"])
        self._changed.notify_all()


def _touch(record: Record, change: Callable[[Record], Any]) -> None:
    change(record)
    record["lastUpdateTime"] = now()


def board(engine: Engine, pipeline: str) -> Board:
    """The board of a pipeline."""
    with _making_board:
        found = _boards.setdefault(engine, {})
        if pipeline not in found or found[pipeline].closed:
            found[pipeline] = Board(engine, pipeline)
        return found[pipeline]


def boards(engine: Engine) -> list[Board]:
    """The boards made so far."""
    with _making_board:
        return list(_boards.get(engine, {}).values())


def pipelines(engine: Engine) -> Table:
    """All pipelines by name."""
    return engine.store("codepipeline").table("pipelines")


def jobs(engine: Engine) -> Table:
    """The jobs given to Lambda functions, by job id."""
    return engine.store("codepipeline").table("jobs")


def pipeline(engine: Engine, name: str) -> Record:
    """The pipeline; PipelineNotFoundException."""
    record = pipelines(engine).get(name)
    if record is None:
        raise AwsError(
            "PipelineNotFoundException",
            f"Account '{engine.account}' does not have a pipeline with name '{name}'",
        )
    return record


def declaration(record: Record, version: int | None = None) -> dict[str, Any]:
    """The declaration of a pipeline in one version, the current one by default."""
    found = record["versions"].get(str(version or record["version"]))
    if found is None:
        raise AwsError("PipelineVersionNotFoundException", f"Pipeline {record['name']} has no version {version}")
    result: dict[str, Any] = found
    return result


def stage_of(declared: dict[str, Any], name: str) -> dict[str, Any]:
    """A stage of a declaration; StageNotFoundException."""
    for stage in declared["stages"]:
        if stage["name"] == name:
            found: dict[str, Any] = stage
            return found
    raise AwsError("StageNotFoundException", f"Pipeline '{declared['name']}' does not have a stage with name '{name}'")


def attempt_of(record: Record, attempt_id: str) -> Record:
    """An action's or rule's attempt inside an execution."""
    found: Record = next(item for item in (*record["actions"], *record["rules"]) if item["id"] == attempt_id)
    return found


def latest(attempts: list[Record], stage: str, name: str) -> Record | None:
    """The newest attempt of an action or rule in an execution."""
    found = [item for item in attempts if (item["stage"], item["name"]) == (stage, name)]
    return found[-1] if found else None
