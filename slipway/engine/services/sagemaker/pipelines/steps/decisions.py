"""Steps that only decide: Condition and Fail.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-condition and #step-type-fail
"""

from __future__ import annotations

from typing import Any

from slipway.engine.services.sagemaker.pipelines import conditions
from slipway.engine.services.sagemaker.pipelines.errors import StepFailed
from slipway.engine.services.sagemaker.pipelines.expressions import text_of
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun


def condition(run: StepRun) -> dict[str, Any]:
    """Take one branch: the steps of the other one never begin."""
    outcome = "True" if conditions.holds(run.step.arguments["Conditions"], run.resolve) else "False"
    run.change(StepStatus="Executing", Metadata={"Condition": {"Outcome": outcome}})
    return {"Outcome": outcome}


def fail(run: StepRun) -> dict[str, Any]:
    """Fail, and the execution with it."""
    message = text_of(run.resolve(run.step.arguments["ErrorMessage"]))
    run.change(StepStatus="Executing", Metadata={"Fail": {"ErrorMessage": message}})
    raise StepFailed(message)
