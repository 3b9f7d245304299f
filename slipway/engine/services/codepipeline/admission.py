"""Who may enter a stage.

A stage holds one execution at a time, except in PARALLEL mode. Executions that come to an occupied stage, or to one
whose inbound transition is disabled, wait at its entrance. In SUPERSEDED mode a newer one that comes there replaces
those that wait; in QUEUED mode they go in as they came.

docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from slipway.engine.services.codepipeline import events
from slipway.engine.services.codepipeline.records import BUSY, Board, pipeline
from slipway.engine.services.codepipeline.run import Run
from slipway.engine.store import Record

_LOOK_AGAIN_SECONDS = 5.0


class Verdict(Enum):
    """What becomes of an execution at a stage's entrance."""

    ENTER = "enter"
    WAIT = "wait"
    SUPERSEDED = "superseded"
    OVER = "over"


def enter(run: Run, stage: str) -> bool:
    """Wait at the stage's entrance; whether the execution went in. One that is inside already stays there."""
    run.arrive(stage)
    while True:
        with run.board.lock:
            verdict = _verdict(run, stage)
            fresh = verdict is Verdict.ENTER and stage not in run.record["stages"]
            if fresh:
                run.occupy(stage)
            if verdict is Verdict.WAIT:
                run.board.wait(_LOOK_AGAIN_SECONDS)
                continue
        # Events go out without the lock: what they start may need it.
        if fresh:
            events.stage_changed(run.engine, run.record, stage, "STARTED")
        if verdict is Verdict.SUPERSEDED:
            run.end("Superseded", f"A more recent execution took its place at the entrance of the stage {stage}")
        return verdict is Verdict.ENTER


def _verdict(run: Run, stage: str) -> Verdict:
    record = run.record
    if record["status"] != "InProgress":
        return Verdict.OVER if stage not in record["stages"] else Verdict.ENTER
    if stage in record["stages"]:
        return Verdict.ENTER
    others = [other for other in run.board.live() if other["id"] != record["id"]]
    return judge(record, others, stage, transition_enabled(run.board, stage))


def judge(record: Record, others: Iterable[Record], stage: str, enabled: bool) -> Verdict:
    """The rule, apart from where its facts come from: `record` waits at `stage` among the live `others`."""
    others = list(others)
    waiting = [other for other in others if other["at"] == stage and stage not in other["stages"]]
    if record["mode"] == "SUPERSEDED" and any(other["startTime"] > record["startTime"] for other in waiting):
        return Verdict.SUPERSEDED
    if not enabled:
        return Verdict.WAIT
    if record["mode"] == "PARALLEL":
        return Verdict.ENTER
    if any(occupies(other, stage) for other in others):
        return Verdict.WAIT
    first = all(_arrival(record) <= _arrival(other) for other in waiting)
    return Verdict.ENTER if first or record["mode"] == "SUPERSEDED" else Verdict.WAIT


def occupies(record: Record, stage: str) -> bool:
    """Whether an execution is inside a stage."""
    return stage in record["stages"] and record["stages"][stage]["status"] in BUSY


def transition_enabled(board: Board, stage: str) -> bool:
    """Whether the stage's inbound transition is enabled."""
    transition = pipeline(board.engine, board.pipeline)["transitions"].get(stage)
    return transition is None or bool(transition["enabled"])


def _arrival(record: Record) -> tuple[float, float]:
    return (record["arrived"] or 0.0, record["startTime"])
