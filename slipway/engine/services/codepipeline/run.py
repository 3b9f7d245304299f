"""One execution under way: what its thread reads and writes."""

from __future__ import annotations

from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.services.codepipeline import events
from slipway.engine.services.codepipeline.records import BUSY, Board, declaration, now, pipeline
from slipway.engine.store import Record


class Run:
    """An execution and the version of the pipeline that it follows to its end."""

    def __init__(self, board: Board, execution_id: str) -> None:
        self.board = board
        self.engine: Engine = board.engine
        self.id = execution_id
        self.pipeline: dict[str, Any] = declaration(pipeline(self.engine, board.pipeline), self.record["version"])

    @property
    def record(self) -> Record:
        """The execution as it is recorded now."""
        return self.board.read(self.id)

    def stage(self, name: str) -> Record:
        """A stage as it is recorded now."""
        stage: Record = self.record["stages"][name]
        return stage

    @property
    def is_running(self) -> bool:
        """Whether nobody has asked it to stop."""
        return bool(self.record["status"] == "InProgress")

    def arrive(self, stage: str) -> None:
        """Come to a stage's entrance, unless it is inside already."""

        def change(record: Record) -> None:
            if record["at"] != stage or (stage not in record["stages"] and record["arrived"] is None):
                record.update(at=stage, arrived=now())

        self.board.change(self.id, change)

    def occupy(self, stage: str) -> None:
        """Enter a stage: it is this execution's alone until it closes it."""

        def change(record: Record) -> None:
            record["arrived"] = None
            record["stages"][stage] = {
                "status": "InProgress",
                "round": 1,
                "since": 1,
                "enteredAt": now(),
                "retries": {},
                "conditions": {},
            }

        self.board.change(self.id, change)

    def close_stage(self, stage: str, status: str) -> None:
        """Leave a stage with a final status, unless it was stopped meanwhile."""
        with self.board.lock:
            if self.stage(stage)["status"] not in BUSY:
                return
            record = self.board.change(self.id, lambda record: record["stages"][stage].update(status=status))
        events.stage_changed(self.engine, record, stage, events.state_word(status))

    def end(self, status: str, summary: str = "") -> None:
        """End the execution."""

        def change(record: Record) -> None:
            record.update(status=status, arrived=None)
            if summary:
                record["summary"] = summary

        events.execution_changed(self.engine, self.board.change(self.id, change))
