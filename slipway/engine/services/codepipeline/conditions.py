"""Conditions of a stage: rules that are checked before it is entered, when it succeeded and when it failed.

All rules of a condition hold: the condition is met. A `beforeEntry` condition that is not met engages its result (FAIL
or SKIP), and so does `onSuccess` (FAIL or ROLLBACK); an `onFailure` condition engages its result when it is met.

docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
docs.aws.amazon.com/codepipeline/latest/APIReference/API_Condition.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.services.codepipeline.action_type import find_rule
from slipway.engine.services.codepipeline.execute import execute
from slipway.engine.services.codepipeline.records import now
from slipway.engine.services.codepipeline.run import Run

BEFORE_ENTRY, ON_SUCCESS, ON_FAILURE = "beforeEntry", "onSuccess", "onFailure"
_DONE = ("Succeeded", "Overridden")


def engaged(run: Run, stage: dict[str, Any], moment: str) -> str | None:
    """The result (FAIL, SKIP, ROLLBACK, RETRY) that the stage's condition of this moment engages, if it does."""
    conditions = stage.get(moment, {}).get("conditions")
    if not conditions:
        return None
    met = _met(run, stage["name"], moment, conditions[0])
    engages = met if moment == ON_FAILURE else not met
    return conditions[0].get("result", "FAIL") if engages else None


def _met(run: Run, stage: str, moment: str, condition: dict[str, Any]) -> bool:
    recorded = run.stage(stage)["conditions"].get(moment, {})
    if recorded.get("status") in _DONE and recorded.get("round") == run.stage(stage)["round"]:
        return True
    _note(run, stage, moment, "InProgress", "")
    failed = [rule["name"] for rule in condition["rules"] if not _holds(run, stage, rule, moment)]
    summary = f"The rules {', '.join(failed)} did not succeed" if failed else ""
    _note(run, stage, moment, "Failed" if failed else "Succeeded", summary)
    return not failed


def _holds(run: Run, stage: str, rule: dict[str, Any], moment: str) -> bool:
    kind = find_rule(rule["ruleTypeId"]["provider"])
    return execute(run, stage, {**rule, "moment": moment}, kind, "rules")


def _note(run: Run, stage: str, moment: str, status: str, summary: str) -> None:
    def change(record: dict[str, Any]) -> None:
        found = record["stages"][stage]
        found["conditions"][moment] = {"status": status, "summary": summary, "at": now(), "round": found["round"]}

    run.board.change(run.id, change)
