"""An execution's way through the stages, in a thread of its own.

Everything that matters is in its record, so that the same function takes up an execution that a former process of the
engine left anywhere on its way.
"""

from __future__ import annotations

import logging
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.services.codepipeline import events
from slipway.engine.services.codepipeline.admission import enter
from slipway.engine.services.codepipeline.outcome import Halted
from slipway.engine.services.codepipeline.records import LIVE, Board, board, pipelines
from slipway.engine.services.codepipeline.run import Run
from slipway.engine.services.codepipeline.stages import run_stage
from slipway.engine.store import Record

logger = logging.getLogger("slipway")
_FAULT = "The engine met a fault of its own; see its log"
_PASSED = ("Succeeded", "Skipped")


def go(found: Board) -> None:
    """Give a thread to every execution that is under way and has none."""
    with found.lock:
        idle = [record["id"] for record in found.live() if record["id"] not in found.driven]
        found.driven.update(idle)
    for execution_id in idle:
        found.engine.spawn(f"codepipeline/{found.pipeline}/{execution_id}", _work, found, execution_id)


def resume(engine: Engine) -> None:
    """Go on with every execution that was under way when the engine ended."""
    for name in pipelines(engine):
        go(board(engine, name))


def _work(found: Board, execution_id: str) -> None:
    """The thread of an execution; at its end it looks for what it left to do: a retry meanwhile, a rollback."""
    try:
        _drive(Run(found, execution_id))
    except Halted:
        return
    except Exception:
        logger.exception("the pipeline execution %s met a fault of the engine", execution_id)
        _give_up(found, execution_id)
    finally:
        with found.lock:
            found.driven.discard(execution_id)
    if not (found.closed or found.engine.stopping.is_set()):
        go(found)


def _drive(run: Run) -> None:
    record = run.record
    if record["attempt"] == 1 and not record["stages"]:
        events.execution_changed(run.engine, record)
    for stage in _remaining(run):
        if not (enter(run, stage["name"]) and run_stage(run, stage)):
            return
    if run.is_running:
        run.end("Succeeded")


def _remaining(run: Run) -> list[dict[str, Any]]:
    """The stages from where the execution stands; a rollback has only the one that it rolls back."""
    record = run.record
    stages: list[dict[str, Any]] = run.pipeline["stages"]
    at = next((number for number, stage in enumerate(stages) if stage["name"] == record["at"]), 0)
    ahead = stages[at : at + 1] if record["type"] == "ROLLBACK" else stages[at:]
    return [stage for stage in ahead if record["stages"].get(stage["name"], {}).get("status") not in _PASSED]


def _give_up(found: Board, execution_id: str) -> None:
    """Fail what is open, so that a fault of ours leaves an execution that can be retried, not one that hangs."""

    def change(record: Record) -> None:
        for item in (*record["stages"].values(), *record["actions"], *record["rules"]):
            if item["status"] in LIVE:
                item.update(status="Failed", error={"code": "InternalError", "message": _FAULT})
        record.update(status="Failed", summary=_FAULT)

    events.execution_changed(found.engine, found.change(execution_id, change))
