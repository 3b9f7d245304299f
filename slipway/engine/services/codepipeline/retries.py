"""Another round of a failed stage.

docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html
"""

from __future__ import annotations

from slipway.engine.services.codepipeline import events
from slipway.engine.services.codepipeline.run import Run
from slipway.engine.store import Record


def new_round(run: Run, stage: str, mode: str) -> None:
    """Retry by itself, as the stage's `onFailure` says."""
    execution = run.board.change(run.id, lambda record: begin_round(record, stage, mode, "AutomatedStageRetry"))
    events.stage_changed(run.engine, execution, stage, "RESUMED")


def begin_round(record: Record, stage: str, mode: str, trigger: str) -> None:
    """Open the stage again; FAILED_ACTIONS keeps what succeeded, ALL_ACTIONS begins anew."""
    found = record["stages"][stage]
    found["status"] = "InProgress"
    found["round"] += 1
    if mode == "ALL_ACTIONS":
        found["since"] = found["round"]
    counted = "automatic" if trigger == "AutomatedStageRetry" else "manual"
    found["retries"][counted] = found["retries"].get(counted, 0) + 1
    found["retries"]["trigger"] = trigger
    record["status"] = "InProgress"
    record["attempt"] += 1
