"""One training job of a tuning job: its request, what came of it, and how it is listed.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterTrainingJobSummary.html
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.jobs import FINISHED, TRAINING
from slipway.engine.services.sagemaker.service import pick, table
from slipway.engine.services.sagemaker.tuning.strategies import Values

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

OBJECTIVE = "_tuning_objective_metric"
LIKE_A_TRAINING_JOB = (
    "RoleArn",
    "AlgorithmSpecification",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "RetryStrategy",
    "Environment",
)


def new_name(job: str, number: int) -> str:
    """`<job>-001-<8 hex digits>`."""
    return f"{job}-{number:03d}-{secrets.token_hex(4)}"


def request(job: dict[str, Any], name: str, values: Values) -> dict[str, Any]:
    """What CreateTrainingJob would be given for a trial."""
    definition = job["TrainingJobDefinition"]
    static = definition.get("StaticHyperParameters", {})
    return {
        "TrainingJobName": name,
        "HyperParameters": {**static, **values},
        **pick(definition, *LIKE_A_TRAINING_JOB),
    }


def launched(engine: Engine, job: dict[str, Any]) -> list[dict[str, Any]]:
    """The training jobs of a tuning job, in the order of their numbers."""
    return [table(engine, TRAINING.table)[name] for name in job["_Trials"]]


def has_ended(trial: dict[str, Any]) -> bool:
    """Whether nothing more will come of it."""
    return trial["TrainingJobStatus"] in FINISHED


def objective(job: dict[str, Any], trial: dict[str, Any]) -> float | None:
    """The final value of the objective metric, of a trial that ended well or was stopped after it had one."""
    if trial["TrainingJobStatus"] not in {"Completed", "Stopped"}:
        return None
    wanted = goal(job)["MetricName"]
    return next((item["Value"] for item in trial.get("FinalMetricDataList", []) if item["MetricName"] == wanted), None)


def goal(job: dict[str, Any]) -> dict[str, str]:
    """The tuning job's objective: Type and MetricName."""
    found: dict[str, str] = job["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    return found


def summary(job: dict[str, Any], trial: dict[str, Any]) -> dict[str, Any]:
    """As SageMaker lists a tuning job's training job."""
    value = objective(job, trial)
    metric = {} if value is None else {"FinalHyperParameterTuningJobObjectiveMetric": {**goal(job), "Value": value}}
    return {
        **pick(
            trial,
            "TrainingJobName",
            "TrainingJobArn",
            "CreationTime",
            "TrainingStartTime",
            "TrainingEndTime",
            "TrainingJobStatus",
            "FailureReason",
        ),
        **({"TrainingJobDefinitionName": name} if (name := job["TrainingJobDefinition"].get("DefinitionName")) else {}),
        "TuningJobName": job["HyperParameterTuningJobName"],
        "TunedHyperParameters": {name: trial["HyperParameters"][name] for name in job["_Tuned"]},
        "ObjectiveStatus": _objective_status(trial, value),
        **metric,
    }


def _objective_status(trial: dict[str, Any], value: float | None) -> str:
    if value is not None:
        return "Succeeded"
    return "Failed" if has_ended(trial) else "Pending"
