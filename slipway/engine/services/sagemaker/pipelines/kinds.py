"""The types of steps: which operations each calls, what is executed of it, and where its outcome is told.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html (the attributes that a cached step is found by)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slipway.engine.services.sagemaker import models, processing, registry, training
from slipway.engine.services.sagemaker.transform import operations as transform
from slipway.engine.services.sagemaker.tuning import checks as tuning

_JOB_NAME, _SHORT_JOB_NAME = 63, 32


@dataclass(frozen=True)
class JobKind:
    """A step that is a job: `noun` is the job's in its operations, `metadata` the step's member with its ARN."""

    noun: str
    metadata: str
    cached_by: tuple[str, ...]
    accepted: tuple[str, ...] = ()
    longest_name: int = _JOB_NAME
    also: tuple[str, ...] = ()
    retries_itself: bool = False

    @property
    def create(self) -> str:
        """The operation that begins the job."""
        return f"Create{self.noun}"

    @property
    def describes(self) -> tuple[str, ...]:
        """The operations whose answers are the step's properties."""
        return (f"Describe{self.noun}", *self.also)

    @property
    def name(self) -> str:
        """The member with the job's name."""
        return f"{self.noun}Name"


JOBS: Mapping[str, JobKind] = {
    "Processing": JobKind(
        "ProcessingJob", "ProcessingJob", ("AppSpecification", "Environment", "ProcessingInputs"), processing.ACCEPTED
    ),
    "Training": JobKind(
        "TrainingJob",
        "TrainingJob",
        (
            *("AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations"),
            *("Environment", "HyperParameters", "InputDataConfig"),
        ),
        training.ACCEPTED,
    ),
    "Transform": JobKind(
        "TransformJob",
        "TransformJob",
        ("DataProcessing", "Environment", "ModelName", "TransformInput"),
        transform.ACCEPTED,
    ),
    "Tuning": JobKind(
        "HyperParameterTuningJob",
        "TuningJob",
        ("HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions"),
        tuning.ACCEPTED,
        longest_name=_SHORT_JOB_NAME,
        also=("ListTrainingJobsForHyperParameterTuningJob",),
        retries_itself=True,
    ),
}


@dataclass(frozen=True)
class Creation:
    """A step that makes something at once: by one operation, described by another, named by `made`."""

    create: str
    describe: str
    made: str
    accepted: tuple[str, ...]


CREATIONS: Mapping[str, Creation] = {
    "Model": Creation("CreateModel", "DescribeModel", "ModelName", models.ACCEPTED),
    "RegisterModel": Creation("CreateModelPackage", "DescribeModelPackage", "ModelPackageName", registry.ACCEPTED),
}
WITH_OUTPUTS = frozenset({"Lambda", "Callback"})
EXECUTED = frozenset({*JOBS, *CREATIONS, *WITH_OUTPUTS, "Condition", "Fail"})
# What SageMaker knows and this engine does not execute.
NOT_EXECUTED = frozenset(
    {
        *(
            "AutoML",
            "EMR",
            "EMRServerless",
            "QualityCheck",
            "ClarifyCheck",
            "EndpointConfig",
            "Endpoint",
            "InferenceComponent",
        ),
        *("Lineage", "Loop", "ForEach", "MonitorBatchTransform", "NotebookJob", "BedrockCustomModel"),
        *("BedrockCustomModelDeployment", "BedrockModelImport", "BedrockProvisionedModelThroughput"),
    }
)
OUTPUT_TYPES = ("String", "Integer", "Boolean", "Float")
_ALL = frozenset({"Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description"})
_RETRIED = frozenset({"RetryPolicies"})
MEMBERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(JOBS, _ALL | _RETRIED | {"CacheConfig"}),
    **dict.fromkeys(CREATIONS, _ALL | _RETRIED),
    "Processing": _ALL | _RETRIED | {"CacheConfig", "PropertyFiles"},
    "Lambda": _ALL | {"CacheConfig", "FunctionArn", "OutputParameters"},
    "Callback": _ALL | {"CacheConfig", "SqsQueueUrl", "OutputParameters"},
    "Condition": _ALL,
    "Fail": _ALL,
}
