"""SageMaker Pipelines: docs.aws.amazon.com/sagemaker/latest/dg/pipelines.html."""

import json
from typing import Any

from tests.engine.refusals.attempt import NAME, ROLE, Attempt, call
from tests.engine.refusals.sagemaker import PROCESSING, SERVICE


def pipeline(item: str, says: str, body: dict[str, Any], **more: Any) -> Attempt:
    """A pipeline of one step."""
    definition = json.dumps({"Version": "2020-12-01", "Steps": [{"Name": "One", "Arguments": {}, **body}], **more})
    given = {"PipelineName": NAME, "PipelineDefinition": definition, "RoleArn": ROLE}
    return call(item, says, SERVICE, "create_pipeline", **given)


def start(item: str, says: str, **members: Any) -> Attempt:
    return call(item, says, SERVICE, "start_pipeline_execution", PipelineName=NAME, **members)


STOP = {"Type": "Fail", "Arguments": {"ErrorMessage": "stop"}}
CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "1d"}}

ATTEMPTS = (
    *[
        pipeline("Steps of other types", f"a step of Type {kind} is not executed", {"Type": kind})
        for kind in ("AutoML", "EMR", "ClarifyCheck", "QualityCheck", "Endpoint")
    ],
    pipeline("loops", "a loop is not executed", {"Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Loop.Index"}}}),
    pipeline("MLflow", "MlflowConfig", STOP, MlflowConfig={}),
    pipeline("prefixes of jobs' names", "Arguments.ProcessingJobName", {"Type": "Processing", "Arguments": PROCESSING}),
    pipeline(
        "caching of Lambda steps",
        "CacheConfig of a step of Type Lambda",
        {"Type": "Lambda", "FunctionArn": "a", **CACHED},
    ),
    start("selective execution", "SelectiveExecutionConfig", SelectiveExecutionConfig={"SelectedSteps": []}),
    start("executions of older versions", "PipelineVersionId", PipelineVersionId=1),
)
