"""Steps that make something at once: Model and RegisterModel.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-model
"""

from __future__ import annotations

import uuid
from typing import Any

from slipway.engine.services.sagemaker.pipelines.errors import StepFailed
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun
from slipway.engine.services.sagemaker.pipelines.steps.calls import call

_LONGEST_NAME = 63


def model(run: StepRun) -> dict[str, Any]:
    """Make a model; its description is the step's properties."""
    arguments = run.resolve(run.step.arguments)
    name = run.made_name(_LONGEST_NAME)
    made = call(run, "CreateModel", ModelName=name, **arguments)
    run.change(StepStatus="Executing", Metadata={"Model": {"Arn": made["ModelArn"]}})
    return call(run, "DescribeModel", ModelName=name)


def register_model(run: StepRun) -> dict[str, Any]:
    """Register a model package; a group that is not there yet is made.

    The token is on record before the call, so that an engine that was killed meanwhile registers nothing twice.
    """
    if "_name" not in run.record:
        run.change(_name=str(uuid.uuid4()))
    arguments = run.resolve(run.step.arguments)
    try:
        made = _register(run, arguments)
    except StepFailed as failure:
        if "ModelPackageGroupName" not in arguments or "does not exist" not in str(failure):
            raise
        call(run, "CreateModelPackageGroup", ModelPackageGroupName=arguments["ModelPackageGroupName"])
        made = _register(run, arguments)
    run.change(StepStatus="Executing", Metadata={"RegisterModel": {"Arn": made["ModelPackageArn"]}})
    return call(run, "DescribeModelPackage", ModelPackageName=made["ModelPackageArn"])


def _register(run: StepRun, arguments: dict[str, Any]) -> dict[str, Any]:
    return call(run, "CreateModelPackage", **{"ClientToken": run.record["_name"], **arguments})
