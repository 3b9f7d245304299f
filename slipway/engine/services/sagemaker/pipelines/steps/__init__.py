"""What each type of step does: given the step under way, it answers the step's properties or raises StepFailed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.services.sagemaker.pipelines.kinds import JOBS
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun
from slipway.engine.services.sagemaker.pipelines.steps import callback, creation, decisions, job, lambda_

RUN: Mapping[str, Callable[[StepRun], dict[str, Any]]] = {
    **dict.fromkeys(JOBS, job.run),
    "Model": creation.model,
    "RegisterModel": creation.register_model,
    "Lambda": lambda_.run,
    "Callback": callback.run,
    "Condition": decisions.condition,
    "Fail": decisions.fail,
}
