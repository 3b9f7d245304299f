"""An execution's way through its steps: a thread that begins what can begin, and one for each step under way.

Everything that matters is in the record. An engine that finds an execution under way goes on: jobs that ended with the
engine before fail by name (and are tried again where a retry policy says so), callbacks are waited for.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.failures import REASON_CHARACTERS, EngineStopping
from slipway.engine.services.sagemaker.pipelines.definition import Step
from slipway.engine.services.sagemaker.pipelines.errors import StepFailed, StepStopped
from slipway.engine.services.sagemaker.pipelines.records import ENDED, EXECUTIONS, Execution
from slipway.engine.services.sagemaker.pipelines.retries import policy_for
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun
from slipway.engine.services.sagemaker.pipelines.steps import RUN
from slipway.engine.services.sagemaker.service import now, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_FAILED = "Step failure: One or multiple steps failed."
_MOST_PARALLEL = 50
_LOOK_AGAIN_SECONDS = 1.0
_live: dict[str, Driver] = {}
_live_lock = threading.Lock()


def go(engine: Engine, execution_arn: str) -> None:
    """Give the execution a thread."""
    driver = Driver(Execution(engine, execution_arn))
    with _live_lock:
        _live[execution_arn] = driver
    engine.spawn(f"pipeline-execution/{driver.execution.id}", driver.drive)


def wake(execution_arn: str) -> None:
    """Let the execution's thread look at its record."""
    with _live_lock:
        driver = _live.get(execution_arn)
    if driver is not None:
        driver.changed.set()


def resume(engine: Engine) -> None:
    """Go on with every execution that was under way when the engine before this one ended."""
    for execution_arn, record in table(engine, EXECUTIONS).items():
        if record["PipelineExecutionStatus"] not in ENDED:
            go(engine, execution_arn)


class Driver:
    """The thread of one execution."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.changed = threading.Event()
        self._running: set[str] = set()

    def drive(self) -> None:
        """Begin steps until there is nothing to begin and nothing under way; then the execution ends."""
        engine = self.execution.engine
        try:
            while not engine.stopping.is_set():
                # In this order: a step that ends meanwhile is in `running` still, and `changed` is set.
                running = set(self._running)
                steps = list(self._next(self.execution.record, running))
                for step in steps:
                    self._begin(step)
                if not running and not steps:
                    self._finish()
                    return
                self.changed.wait(_LOOK_AGAIN_SECONDS)
                self.changed.clear()
        except Exception as error:  # noqa: BLE001 - an execution must not stay Executing because of our own mistake
            traceback.print_exc()
            self._end("Failed", f"InternalServerError: the engine failed while it ran the pipeline: {error!r}")

    def _next(self, record: dict[str, Any], running: set[str]) -> Iterator[Step]:
        """The steps to begin now, those first that an engine before this one was in."""
        definition, begun = self.execution.definition, record["_steps"]
        for name, step in begun.items():
            if step["StepStatus"] not in ENDED and name not in running:
                yield definition.steps[name]
        failed = any(step["StepStatus"] == "Failed" for step in begun.values())
        if failed or record["PipelineExecutionStatus"] != "Executing":
            return
        most = record.get("ParallelismConfiguration", {}).get("MaxParallelExecutionSteps", _MOST_PARALLEL)
        ready = [step for name, step in definition.steps.items() if name not in begun and _is_ready(step, begun)]
        yield from ready[: max(0, most - len(running))]

    def _begin(self, step: Step) -> None:
        if step.name not in self.execution.record["_steps"]:
            body = {"StepDisplayName": step.body.get("DisplayName"), "StepDescription": step.body.get("Description")}
            self.execution.change_step(step.name, StepStatus="Starting", StartTime=now(), AttemptCount=1, **body)
        self._running.add(step.name)
        self.execution.engine.spawn(f"pipeline-step/{self.execution.id}/{step.name}", self._run, step)

    def _run(self, step: Step) -> None:
        run = StepRun(self.execution, step)
        try:
            ended = _outcome(run)
            # What fails because the engine ends is taken up by the next one.
            if not self.execution.engine.stopping.is_set():
                run.change(**ended, EndTime=now())
        except EngineStopping:
            return
        finally:
            self._running.discard(step.name)
            self.changed.set()

    def _finish(self) -> None:
        statuses = {step["StepStatus"] for step in self.execution.record["_steps"].values()}
        if "Failed" in statuses:
            self._end("Failed", _FAILED)
        elif self.execution.record["PipelineExecutionStatus"] == "Stopping":
            self._end("Stopped")
        else:
            self._end("Succeeded")

    def _end(self, status: str, reason: str = "") -> None:
        def change(record: dict[str, Any]) -> None:
            record["PipelineExecutionStatus"] = status
            if reason:
                record["FailureReason"] = reason

        with _live_lock:
            _live.pop(self.execution.arn, None)
        self.execution.change(change)


def _outcome(run: StepRun) -> dict[str, Any]:
    """How a step ends, whatever happens on its way: its status, and its properties or why it failed."""
    try:
        return {"StepStatus": "Succeeded", "_properties": _attempts(run)}
    except StepStopped:
        return {"StepStatus": "Stopped"}
    except StepFailed as failure:
        reason = str(failure)
    except EngineStopping:
        raise
    except AwsError as error:
        reason = f"ClientError: {error}"
    except Exception as error:  # noqa: BLE001 - as above, for a step
        traceback.print_exc()
        reason = f"InternalServerError: the engine failed while it ran the step: {error!r}"
    return {"StepStatus": "Failed", "FailureReason": reason[:REASON_CHARACTERS]}


def _is_ready(step: Step, begun: dict[str, Any]) -> bool:
    """All that it needs succeeded, and its branch is the one that was taken."""
    if any(begun.get(name, {}).get("StepStatus") != "Succeeded" for name in step.needs):
        return False
    if step.branch is None:
        return True
    taken = begun[step.branch.condition]["_properties"]["Outcome"]
    return bool(taken == str(step.branch.outcome))


def _attempts(run: StepRun) -> dict[str, Any]:
    """Run the step, again as long as its retry policies say so."""
    while True:
        try:
            return RUN[run.step.type](run)
        except StepFailed as failure:
            record = run.record
            pause = None
            policy = policy_for(failure.kind, run.step.body.get("RetryPolicies", []))
            if policy is not None and not run.stopping:
                factor = run.execution.engine.clock.factor
                pause = policy.pause(record["AttemptCount"] - 1, record["StartTime"], factor)
            if pause is None:
                raise
            attempt = record["AttemptCount"] + 1
            run.change(StepStatus="Starting", AttemptCount=attempt, Metadata=None, _name=None)
            run.rest(pause)
