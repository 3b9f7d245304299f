"""Running one stage: its entry condition, its actions by `runOrder`, and what follows from how they ended.

docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from slipway.engine.services.codepipeline import rollback
from slipway.engine.services.codepipeline.action_type import find_action
from slipway.engine.services.codepipeline.conditions import BEFORE_ENTRY, ON_FAILURE, ON_SUCCESS, engaged
from slipway.engine.services.codepipeline.execute import execute
from slipway.engine.services.codepipeline.outcome import Halted
from slipway.engine.services.codepipeline.retries import new_round
from slipway.engine.services.codepipeline.run import Run
from slipway.engine.store import Record

Actions = list[dict[str, Any]]
_AUTOMATIC_RETRIES = 1


def run_stage(run: Run, stage: dict[str, Any]) -> bool:
    """Run the stage that the execution is in; whether the execution goes on to the next."""
    verdict = engaged(run, stage, BEFORE_ENTRY)
    if verdict == "SKIP":
        run.close_stage(stage["name"], "Skipped")
        return True
    succeeded = verdict is None and _run_actions(run, stage)
    if not run.is_running:
        return _stop(run, stage["name"])
    if not succeeded:
        return _failed(run, stage, verdict)
    result = engaged(run, stage, ON_SUCCESS)
    if result is not None:
        return _fail(run, stage["name"], result)
    run.close_stage(stage["name"], "Succeeded")
    return True


def _run_actions(run: Run, stage: dict[str, Any]) -> bool:
    """Run what has not succeeded yet, one `runOrder` after the other; False as soon as one has a failure in it."""
    ordered = sorted(stage["actions"], key=_order)
    return all(_run_group(run, stage["name"], list(group)) for _, group in groupby(ordered, key=_order))


def _order(action: dict[str, Any]) -> int:
    order: int = action.get("runOrder", 1)
    return order


def _run_group(run: Run, stage: str, group: Actions) -> bool:
    """Run the actions of one `runOrder` side by side and wait for all of them."""
    record = run.record
    pending = [action for action in group if not has_succeeded(record, stage, action["name"])]
    if not run.is_running:
        # What was begun is finished; nothing new begins.
        pending = [action for action in pending if _is_open(record, stage, action["name"])]
    results: dict[str, bool] = {}
    faults: list[Exception] = []

    def work(action: dict[str, Any]) -> None:
        try:
            results[action["name"]] = _run_action(run, stage, action)
        except Halted:
            results[action["name"]] = False
        except Exception as fault:  # noqa: BLE001 - raised again below, in the thread that takes care of it
            faults.append(fault)

    threads = [run.engine.spawn(f"{run.id}/{stage}/{action['name']}", work, action) for action in pending]
    for thread in threads:
        thread.join()
    run.board.check()
    if faults:
        raise faults[0]
    return all(results.values())


def _run_action(run: Run, stage: str, action: dict[str, Any]) -> bool:
    """Run an action, unless it failed in this round already and only the stage's end was not written."""
    if _has_failed(run.record, stage, action["name"]):
        return False
    type_id = action["actionTypeId"]
    return execute(run, stage, action, find_action(type_id["category"], type_id["provider"]), "actions")


def has_succeeded(record: Record, stage: str, action: str) -> bool:
    """Whether an action succeeded in a round that counts for the stage."""
    since = record["stages"][stage]["since"]
    return any(item["status"] == "Succeeded" and item["round"] >= since for item in _attempts(record, stage, action))


def _has_failed(record: Record, stage: str, action: str) -> bool:
    round_ = record["stages"][stage]["round"]
    return any(item["status"] == "Failed" and item["round"] == round_ for item in _attempts(record, stage, action))


def _is_open(record: Record, stage: str, action: str) -> bool:
    return any(item["status"] == "InProgress" for item in _attempts(record, stage, action))


def _attempts(record: Record, stage: str, action: str) -> list[Record]:
    return [item for item in record["actions"] if (item["stage"], item["name"]) == (stage, action)]


def _stop(run: Run, stage: str) -> bool:
    if run.record["status"] == "Stopping":
        run.close_stage(stage, "Stopped")
        run.end("Stopped")
    return False


def _failed(run: Run, stage: dict[str, Any], verdict: str | None) -> bool:
    """What follows from a failure: by the entry condition's `verdict`, or as the stage's `onFailure` says."""
    if verdict is not None:
        return _fail(run, stage["name"], verdict)
    declared = stage.get(ON_FAILURE, {})
    result = declared.get("result") or engaged(run, stage, ON_FAILURE) or "FAIL"
    if result == "SKIP":
        run.close_stage(stage["name"], "Skipped")
        return True
    if result == "RETRY" and run.stage(stage["name"])["retries"].get("automatic", 0) < _AUTOMATIC_RETRIES:
        new_round(run, stage["name"], declared.get("retryConfiguration", {}).get("retryMode", "ALL_ACTIONS"))
        return run_stage(run, stage)
    return _fail(run, stage["name"], result)


def _fail(run: Run, stage: str, result: str) -> bool:
    run.close_stage(stage, "Failed")
    run.end("Failed", rollback.automatic(run, stage) if result == "ROLLBACK" else "")
    return False
