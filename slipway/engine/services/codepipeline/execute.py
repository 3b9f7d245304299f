"""Running one action or rule: from a new attempt to its end, or on from where a former process left it."""

from __future__ import annotations

import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline import events, variables
from slipway.engine.services.codepipeline.action_type import ActionType, RuleType, Step
from slipway.engine.services.codepipeline.artifacts import place, store_of
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Halted, Link, Succeeded, Waiting
from slipway.engine.services.codepipeline.records import attempt_of, latest, new_id, now
from slipway.engine.services.codepipeline.run import Run
from slipway.engine.store import Record

logger = logging.getLogger("slipway")

# Asking again costs a call each time: often at first, for short work, then less.
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 0.25
_WAIT_GROWTH = 1.25
_DENIED = ("AccessDenied", "AccessDeniedException", "AccessDeniedError", "UnauthorizedOperation")


def execute(run: Run, stage: str, declared: dict[str, Any], kind: ActionType | RuleType, where: str) -> bool:
    """Run an action (`where` is "actions") or a rule ("rules") of a stage; whether it succeeded."""
    record = _attempt(run, stage, declared, where)
    try:
        _resolve(run, record, declared)
        attempt = Attempt(run.board, run.record, run.pipeline, attempt_of(run.record, record["id"]))
        _succeed(run, attempt, _until_done(attempt, kind), declared.get("namespace"))
    except ActionFailed as failed:
        _fail(run, record["id"], failed)
        return False
    return True


def _attempt(run: Run, stage: str, declared: dict[str, Any], where: str) -> Record:
    round_ = run.stage(stage)["round"]
    last = latest(run.record[where], stage, declared["name"])
    if last is not None and last["status"] == "InProgress" and last["round"] == round_:
        return last
    record = _new_attempt(run, stage, declared, round_)
    run.board.change(run.id, lambda execution: execution[where].append(record))
    if where == "actions":
        events.action_changed(run.engine, run.record, record)
    return record


def _new_attempt(run: Run, stage: str, declared: dict[str, Any], round_: int) -> Record:
    store = store_of(run.pipeline, run.engine.region)
    return {
        "id": new_id(),
        "stage": stage,
        "name": declared["name"],
        "round": round_,
        "status": "InProgress",
        "startTime": now(),
        "lastUpdateTime": now(),
        "updatedBy": run.pipeline["roleArn"],
        "input": {
            "actionTypeId": declared.get("actionTypeId") or declared["ruleTypeId"],
            "configuration": declared.get("configuration", {}),
            "resolved": {},
            "artifacts": {},
            **{key: declared[key] for key in ("roleArn", "namespace", "timeoutInMinutes", "moment") if key in declared},
        },
        "outputs": {
            item["name"]: place(store, run.pipeline["name"], item["name"])
            for item in declared.get("outputArtifacts", [])
        },
        "memory": None,
        "link": {},
        "variables": {},
    }


def _resolve(run: Run, record: Record, declared: dict[str, Any]) -> None:
    """Record the attempt's input artifacts and resolved configuration, now that everything before it has run."""
    execution = run.record
    missing = [name for name in _input_names(declared) if name not in execution["artifacts"]]
    if missing:
        raise ActionFailed("ConfigurationError", f"No action of this execution has produced the artifact {missing[0]}")
    values = {
        **execution["outputs"],
        variables.PIPELINE: execution["variables"],
        variables.BUILT_IN: {"PipelineExecutionId": run.id},
    }
    try:
        resolved = variables.resolve_all(declared.get("configuration", {}), values)
    except variables.Unresolved as error:
        message = f"The action failed because its configuration could not be resolved: {error}"
        raise ActionFailed("ConfigurationError", message) from error
    produced = {name: execution["artifacts"][name] for name in _input_names(declared)}
    _change(run, record["id"], lambda item: item["input"].update(resolved=resolved, artifacts=produced))


def _input_names(declared: dict[str, Any]) -> list[str]:
    return [item["name"] for item in declared.get("inputArtifacts", [])]


def _until_done(attempt: Attempt, kind: ActionType | RuleType) -> Succeeded:
    seconds = 60 * attempt.timeout_minutes if attempt.timeout_minutes else kind.seconds
    deadline = attempt.started + attempt.engine.clock.real(seconds)
    step = kind.start if attempt.record["memory"] is None else kind.poll
    wait = _FIRST_WAIT_SECONDS
    while True:
        progress = _step(step, attempt)
        if isinstance(progress, Succeeded):
            return progress
        _note(attempt, progress)
        if now() > deadline:
            raise ActionFailed("Timeout", f"The action did not end within {seconds / 60:g} minutes", progress.link)
        _pause(attempt, wait)
        wait = min(wait * _WAIT_GROWTH, _LONGEST_WAIT_SECONDS)
        step = kind.poll


def _step(step: Step, attempt: Attempt) -> Succeeded | Waiting:
    """One call of a type's `start` or `poll`, with what it may meet turned into a failure of the action."""
    try:
        progress: Succeeded | Waiting = step(attempt)
        return progress
    except (ClientError, AwsError) as error:
        attempt.board.check()
        raise _refused(attempt, *_code_and_message(error)) from error
    except BotoCoreError as error:
        attempt.board.check()
        raise ActionFailed("SystemUnavailable", f"A call could not be made: {error}") from error
    except (ActionFailed, Halted):
        raise
    except Exception as error:
        logger.exception("the action %s/%s of %s met a fault", attempt.stage, attempt.name, attempt.pipeline["name"])
        raise ActionFailed("InternalError", f"The engine met a fault of its own: {error!r}; see its log") from error


def _code_and_message(error: ClientError | AwsError) -> tuple[str, str]:
    if isinstance(error, AwsError):
        return error.code, error.message
    return error.response["Error"]["Code"], error.response["Error"]["Message"]


def _refused(attempt: Attempt, code: str, message: str) -> ActionFailed:
    if code in _DENIED:
        text = f"The role {attempt.acting_role} does not have sufficient permissions. {message}"
        return ActionFailed("PermissionError", text)
    return ActionFailed("JobFailed", f"{message} (Error code: {code})")


def _note(attempt: Attempt, progress: Waiting) -> None:
    """Record what a `Waiting` says, when it says something new."""
    news = {"memory": progress.memory, "link": vars(progress.link), "percent": progress.percent}
    record = attempt.record
    if any(record.get(key) != value for key, value in news.items()):
        attempt.board.change(attempt.execution_id, lambda execution: attempt_of(execution, attempt.id).update(news))


def _pause(attempt: Attempt, seconds: float) -> None:
    attempt.board.wait(seconds)
    if attempt.record["status"] != "InProgress":
        raise Halted


def _succeed(run: Run, done: Attempt, result: Succeeded, namespace: str | None) -> None:
    size = sum(len(key.encode()) + len(value.encode()) for key, value in result.variables.items())
    if size > variables.OUTPUT_BYTES:
        message = f"The output variables have {size} bytes; at most {variables.OUTPUT_BYTES} are allowed"
        raise ActionFailed("ConfigurationError", message)

    def change(execution: Record) -> None:
        attempt = _open_attempt(execution, done.id)
        attempt.update(status="Succeeded", lastUpdateTime=now(), variables=result.variables)
        attempt["link"] = vars(result.link) if result.link != Link() else attempt["link"]
        execution["artifacts"].update(attempt["outputs"])
        if namespace:
            execution["outputs"][namespace] = result.variables
        if result.revision:
            execution["revisions"][attempt["name"]] = result.revision

    _finish(run, done.id, change)


def _fail(run: Run, attempt_id: str, failed: ActionFailed) -> None:
    def change(execution: Record) -> None:
        attempt = _open_attempt(execution, attempt_id)
        attempt.update(
            status="Failed", lastUpdateTime=now(), error={"code": failed.code, "message": failed.message[:5000]}
        )
        attempt["link"] = vars(failed.link) if failed.link else attempt["link"]

    _finish(run, attempt_id, change)


def _finish(run: Run, attempt_id: str, change: Any) -> None:
    execution = run.board.change(run.id, change)
    attempt = attempt_of(execution, attempt_id)
    if attempt in execution["actions"]:
        events.action_changed(run.engine, execution, attempt)


def _open_attempt(execution: Record, attempt_id: str) -> Record:
    """The attempt, unless it was abandoned meanwhile."""
    attempt = attempt_of(execution, attempt_id)
    if attempt["status"] != "InProgress":
        raise Halted
    return attempt


def _change(run: Run, attempt_id: str, change: Any) -> None:
    run.board.change(run.id, lambda execution: change(attempt_of(execution, attempt_id)))
