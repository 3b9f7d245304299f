"""Steps that are transform and tuning jobs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.engine.services.sagemaker.pipelines.support import (
    Pipelines,
    condition,
    fail,
    get,
    join,
    step,
)
from tests.engine.services.sagemaker.support import ROLE
from tests.engine.services.sagemaker.transform.test_transform import Batch
from tests.engine.services.sagemaker.tuning.test_tuning import Tuning

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html")


def without(request: dict[str, Any], name: str) -> dict[str, Any]:
    """A request as a step has it: pipelines name jobs themselves."""
    return {key: value for key, value in request.items() if key != name}


def test_a_transform_job_runs_with_the_model_of_another_step(pipelines: Pipelines) -> None:
    batch = Batch(pipelines.account)
    batch.put("a.csv", "1,2\n3,4\n")
    container = pipelines.client.describe_model(ModelName=batch.model())["PrimaryContainer"]
    model = step("Create", "Model", {"PrimaryContainer": container, "ExecutionRoleArn": ROLE})
    request = without(batch.request(""), "TransformJobName")
    predict = step("Predict", "Transform", {**request, "ModelName": get("Steps.Create.ModelName")})
    execution, steps = pipelines.run(model, predict)
    assert execution["PipelineExecutionStatus"] == "Succeeded", steps
    job = steps["Predict"]["Metadata"]["TransformJob"]["Arn"].rsplit("/", 1)[-1]
    assert job.startswith(f"pipelines-{execution['PipelineExecutionArn'][-12:]}-Predict-")
    assert pipelines.account.keys(f"{batch.key}/out/") == [f"{batch.key}/out/a.csv.out"]


def test_a_tuning_jobs_best_model_is_found_by_the_steps_after_it(pipelines: Pipelines) -> None:
    tuning = Tuning(pipelines.account)
    request = without(tuning.request(most=2), "HyperParameterTuningJobName")
    best = join(
        get("Steps.TuneTheModel.BestTrainingJob.TrainingJobName"),
        get("Steps.TuneTheModel.TrainingJobSummaries[0].TrainingJobName"),
        on=" ",
    )
    execution, steps = pipelines.run(
        step("TuneTheModel", "Tuning", request), condition("Always", then=[fail("Says", best)])
    )
    first, second = steps["Says"]["FailureReason"].split(" ")
    assert first == second
    arn = steps["TuneTheModel"]["Metadata"]["TuningJob"]["Arn"]
    name = arn.rsplit("/", 1)[-1]
    assert re.fullmatch(rf"{execution['PipelineExecutionArn'][-12:]}-TuneThe-[A-Za-z0-9]{{10}}", name)
    described = pipelines.client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert described["BestTrainingJob"]["TrainingJobName"] == first
    assert described["TrainingJobStatusCounters"]["Completed"] == 2
