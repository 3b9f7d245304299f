"""What the orchestrator that the root stack was launched with cannot carry of a configuration that is valid in itself.

The orchestrator is no part of the configuration: it decides which resources there are, so the root has a parameter.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from typing import TYPE_CHECKING, Any, Final

from config import sagemaker_pipeline, workflow
from config.faults import Fault, show

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VARIABLE: Final = "ORCHESTRATOR"
STEP_FUNCTIONS: Final = "stepfunctions"
# By what trains: engines whose steps only the state machine has.
_ENGINES: Final = ("container", "xgboost")


def chosen() -> str:
    """The orchestrator of the install whose build project this is; that of the root's default elsewhere."""
    return os.environ.get(VARIABLE, STEP_FUNCTIONS)


def stack_parameters(s3: S3Client, execution: dict[str, Any]) -> dict[str, str]:
    """What the training stack is given for the orchestrator of this install; what it names is kept in S3."""
    if chosen() == STEP_FUNCTIONS:
        return {}
    by_spark = execution["config"]["prepare"]["engine"] == "glue"
    queue = os.environ["CALLBACK_QUEUE_URL"] if by_spark else ""
    document = sagemaker_pipeline.definition(execution, queue)
    body = json.dumps(document, indent=1).encode()
    key = f"packages/{hashlib.sha256(body).hexdigest()[:32]}.pipeline.json"
    s3.put_object(
        Bucket=os.environ["ARTIFACT_BUCKET"],
        Key=key,
        Body=body,
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=os.environ["KEY_ARN"],
    )
    given = {"PipelineDefinitionKey": key, **_preparation(execution)}
    if chosen() == "glue":
        given["WorkflowCode"] = workflow.upload(s3, os.environ["ARTIFACT_BUCKET"], os.environ["KEY_ARN"])
    return given


def _preparation(execution: dict[str, Any]) -> dict[str, str]:
    """Who prepares; a workflow's trigger knows no values of a run, so that those of Spark are the job's."""
    prepare = execution["config"]["prepare"]
    if prepare["engine"] != "glue":
        return {"PrepareEngine": prepare["engine"]}
    return {
        "PrepareEngine": "glue",
        "SparkCode": execution["preparation"]["code"],
        "SparkWorkerType": prepare["workerType"],
        "SparkWorkers": str(prepare["workers"]),
        "SparkTimeoutInMinutes": str(math.ceil(prepare["maxRuntimeInSeconds"] / 60)),
    }


def faults(config: dict[str, Any], orchestrator: str) -> list[Fault]:
    """What of a resolved configuration the orchestrator has no step for."""
    if orchestrator == STEP_FUNCTIONS:
        return []
    found, train = [], config["train"]
    remedy = "launch the root stack with Orchestrator=stepfunctions for the others"
    if train["engine"] not in _ENGINES:
        allowed = f"{' or '.join(_ENGINES)} with the orchestrator {orchestrator}; {remedy}"
        found.append(Fault("$.train.engine", show(train["engine"]), allowed))
    if "tuning" in train:
        allowed = f"none with the orchestrator {orchestrator}, whose steps train one model; {remedy}"
        found.append(Fault("$.train.tuning", "a tuning", allowed))
    return found
