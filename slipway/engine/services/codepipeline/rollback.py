"""Rolling a stage back to an execution that succeeded in it: a new execution of that stage alone.

It takes the artifacts and variables of its target.

docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html
"""

from __future__ import annotations

from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline.records import Board, new_id, now
from slipway.engine.services.codepipeline.run import Run
from slipway.engine.store import Record


def automatic(run: Run, stage: str) -> str:
    """Roll back after a failure; the failed execution's summary says to what, or why not.

    A rollback that fails is not rolled back again: it would go to the same target, and fail, without end. AWS's page
    does not say what CodePipeline does then.
    """
    if run.record["type"] == "ROLLBACK":
        return f"The stage {stage} could not be rolled back: this execution is a rollback itself"
    target = _newest_success(run, stage)
    if target is None:
        return (
            f"The stage {stage} could not be rolled back: no earlier execution of this pipeline version succeeded in it"
        )
    record = start(run.board, target, stage, "AutomatedRollback", run.id)
    return f"The stage {stage} is rolled back to {target['id']} by {record['id']}"


def start(board: Board, target: Record, stage: str, trigger: str, detail: str) -> Record:
    """Write the execution that rolls a stage back to `target`; `driver.go` sets it going."""
    record = {
        **{key: target[key] for key in ("pipeline", "version", "mode", "variables", "overrides", "revisions")},
        "artifacts": target["artifacts"],
        "outputs": target["outputs"],
        "id": new_id(),
        "type": "ROLLBACK",
        "rollbackTarget": target["id"],
        "status": "InProgress",
        "attempt": 1,
        "startTime": now(),
        "lastUpdateTime": now(),
        "trigger": {"triggerType": trigger, "triggerDetail": detail},
        "at": stage,
        "arrived": None,
        "stages": {},
        "actions": [],
        "rules": [],
    }
    board.add(record)
    return record


def check_target(target: Record, stage: str, version: int) -> None:
    """Refuse a target that a stage cannot be rolled back to; UnableToRollbackStageException."""
    status = target["stages"].get(stage, {}).get("status")
    fault = ""
    if target["type"] == "ROLLBACK":
        fault = "is a rollback itself"
    elif target["version"] != version:
        fault = f"ran version {target['version']} of the pipeline, which is at version {version} now"
    elif status != "Succeeded":
        fault = f"did not succeed in stage {stage}"
    if fault:
        raise AwsError("UnableToRollbackStageException", f"Cannot roll back to {target['id']}: that execution {fault}")


def _newest_success(run: Run, stage: str) -> Record | None:
    version = run.record["version"]
    found = [
        record
        for record in run.board.all()
        if record["id"] != run.id
        and record["type"] == "STANDARD"
        and record["version"] == version
        and record["stages"].get(stage, {}).get("status") == "Succeeded"
    ]
    return max(found, key=lambda record: float(record["stages"][stage]["enteredAt"]), default=None)
