"""A definition as the SageMaker Python SDK makes it: `sdk/definition.json`.

It was written from the SDK's public source (version 3: `_get_process_request`, `_create_training_job_args`, the steps'
`to_request`), not by running it: members, their defaults and the order of the steps are the SDK's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.services.sagemaker.pipelines.definition import parse
from tests.engine.services.sagemaker.pipelines.support import PIPELINE_ROLE, Pipelines
from tests.engine.services.sagemaker.support import BUCKET
from tests.engine.services.sagemaker.test_processing import request, s3_input, s3_output

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html")

SDK = Path(__file__).parent / "sdk"
IN, OUT = "/opt/ml/processing/in", "/opt/ml/processing/out"


@pytest.fixture
def pipeline(pipelines: Pipelines) -> str:
    """The pipeline, with its scripts and data where the SDK puts them."""
    pipelines.account.put("sdk/code/4f7c/preprocess.py", (SDK / "preprocess.py").read_text())
    pipelines.account.put("sdk/code/91ab/evaluate.py", (SDK / "evaluate.py").read_text())
    pipelines.account.put("sdk/data/a.csv", "1,2\n")
    pipelines.account.put("sdk/data/b.csv", "3,4\n")
    text = (SDK / "definition.json").read_text()
    pipelines.client.create_pipeline(PipelineName="made-by-the-sdk", PipelineDefinition=text, RoleArn=PIPELINE_ROLE)
    return "made-by-the-sdk"


def test_the_sdks_definition_prepares_trains_evaluates_and_registers(pipelines: Pipelines, pipeline: str) -> None:
    values = {"InputDataUrl": f"s3://{BUCKET}/sdk/data/"}
    arn = pipelines.start(pipeline, values=values)
    execution = pipelines.ended(arn)
    steps = pipelines.steps(arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded", steps
    assert execution["PipelineExperimentConfig"] == {"ExperimentName": pipeline, "TrialName": arn[-12:]}
    found = pipelines.client.describe_model_package(
        ModelPackageName=steps["Register-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert found["ModelApprovalStatus"] == "PendingManualApproval"
    report = found["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"].removeprefix(f"s3://{BUCKET}/")
    auc = json.loads(pipelines.account.get(report))["binary_classification_metrics"]["auc"]
    assert auc == {"value": 0.75, "files": ["algo-1.json"]}
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[-1]
    trained = pipelines.client.describe_training_job(TrainingJobName=job)
    assert trained["HyperParameters"]["num_round"] == "50"

    again = pipelines.start(pipeline, values={**values, "AucThreshold": "0.8"})
    assert pipelines.ended(again)["PipelineExecutionStatus"] == "Failed"
    steps = pipelines.steps(again)
    assert steps["AucTooLow"]["Metadata"]["Fail"]["ErrorMessage"] == "Execution failed due to AUC < 0.8"
    assert {name for name, one in steps.items() if "CacheHitResult" in one} == {"Preprocess", "Train"}
    with pytest.raises(ClientError, match="Pipeline names must be unique within an AWS account and region"):
        pipelines.client.create_pipeline(
            PipelineName=pipeline, PipelineDefinition=(SDK / "definition.json").read_text(), RoleArn=PIPELINE_ROLE
        )
    pipelines.client.delete_pipeline(PipelineName=pipeline)
    with pytest.raises(ClientError, match=f"Pipeline execution with ARN {arn} does not exist"):
        pipelines.describe(arn)


def test_the_sdks_definition_says_which_steps_wait_for_which() -> None:
    found = parse((SDK / "definition.json").read_text())
    assert {name: set(step.needs) for name, step in found.steps.items()} == {
        "Preprocess": set(),
        "Train": {"Preprocess"},
        "Evaluate": {"Train"},
        "CheckAuc": {"Evaluate"},
        "Register-RegisterModel": {"CheckAuc", "Train", "Evaluate"},
        "AucTooLow": {"CheckAuc"},
    }


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingInput.html")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            lambda: {"ProcessingInputs": [{**s3_input("i", f"s3://{BUCKET}/words/", IN), "AppManaged": True}]},
            id="input",
        ),
        pytest.param(
            lambda: {
                "ProcessingOutputConfig": {"Outputs": [{**s3_output("o", f"s3://{BUCKET}/o", OUT), "AppManaged": True}]}
            },
            id="output",
        ),
    ],
)
def test_data_that_the_application_manages_itself_is_refused(
    pipelines: Pipelines, given: Callable[[], dict[str, Any]]
) -> None:
    with pytest.raises(ClientError, match="AppManaged = True is not executed by this engine"):
        pipelines.client.create_processing_job(**request(**given()))
