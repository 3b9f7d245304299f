"""Tuning jobs: the operations.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import jobs, tags
from slipway.engine.services.sagemaker.jobs import TUNING
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.service import PRINCIPAL, SERVICE, named, pick, rendered, table
from slipway.engine.services.sagemaker.tuning import checks, progress, trials, warm_start
from slipway.engine.services.sagemaker.tuning.run import run

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call

_NAME = "HyperParameterTuningJobName"
_LISTING = Listing("HyperParameterTuningJobSummaries", _NAME, "HyperParameterTuningJobStatus")
_METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
_TRIALS = Listing(
    "TrainingJobSummaries",
    "TrainingJobName",
    "TrainingJobStatus",
    {"FinalObjectiveMetricValue": lambda trial: trial[_METRIC]["Value"]},
)
_BY_NAME = {"SortBy": "Name", "SortOrder": "Ascending"}
_NO_TRIALS = {
    "TrainingJobStatusCounters": progress.status_counters([]),
    "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0},
}


@SERVICE.operation(
    "CreateHyperParameterTuningJob",
    resource=named(TUNING.arn, _NAME),
    passes={"TrainingJobDefinition.RoleArn": PRINCIPAL},
)
def create_hyper_parameter_tuning_job(call: Call) -> dict[str, Any]:
    """Register the job and start it; its trials have its tags."""
    params = call.params
    found = checks.check(params)
    warm_start.check(call.engine, params)
    tags.check(call, call.arn(f"{TUNING.arn}/{params[_NAME]}"))
    record = {key: value for key, value in params.items() if key != "Tags"}
    record["TrainingJobDefinition"] = _with_objective(params)
    record |= {
        "HyperParameterTuningJobStatus": "InProgress",
        **_NO_TRIALS,
        "_Trials": [],
        "_Tuned": [item.name for item in found],
    }
    arn = call.arn(f"{TUNING.arn}/{params[_NAME]}")
    if params[_NAME] not in table(call.engine, TUNING.table):
        tags.put(call.engine, arn, params.get("Tags", []))
    jobs.create(call.engine, TUNING, record, run)
    return {"HyperParameterTuningJobArn": arn}


def _with_objective(params: dict[str, Any]) -> dict[str, Any]:
    """SageMaker tells every trial which metric it is judged by."""
    definition = params["TrainingJobDefinition"]
    static = definition.get("StaticHyperParameters", {})
    metric = trials.goal(params)["MetricName"]
    return {**definition, "StaticHyperParameters": {trials.OBJECTIVE: metric, **static}}


@SERVICE.operation("DescribeHyperParameterTuningJob", resource=named(TUNING.arn, _NAME))
def describe_hyper_parameter_tuning_job(call: Call) -> dict[str, Any]:
    """Everything about one job.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeHyperParameterTuningJob.html
    """
    return rendered(_described(call.engine, TUNING.find(call.engine, call.params[_NAME])))


def _described(engine: Engine, record: dict[str, Any]) -> dict[str, Any]:
    return {**record, **progress.members(engine, record)}


@SERVICE.operation("ListHyperParameterTuningJobs")
def list_hyper_parameter_tuning_jobs(call: Call) -> dict[str, Any]:
    """One page of jobs; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListHyperParameterTuningJobs.html."""
    return _LISTING.page(
        table(call.engine, TUNING.table).values(),
        {**_BY_NAME, **call.params},
        lambda record: _summary(_described(call.engine, record)),
    )


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    config = record["HyperParameterTuningJobConfig"]
    return {
        **pick(
            record,
            _NAME,
            "HyperParameterTuningJobArn",
            "HyperParameterTuningJobStatus",
            "CreationTime",
            "HyperParameterTuningEndTime",
            "LastModifiedTime",
            "TrainingJobStatusCounters",
            "ObjectiveStatusCounters",
        ),
        **pick(config, "Strategy", "ResourceLimits"),
    }


@SERVICE.operation("ListTrainingJobsForHyperParameterTuningJob", resource=named(TUNING.arn, _NAME))
def list_training_jobs_for_hyper_parameter_tuning_job(call: Call) -> dict[str, Any]:
    """One page of a job's trials; by objective only those that have one.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobsForHyperParameterTuningJob.html
    """
    record = TUNING.find(call.engine, call.params[_NAME])
    found = [trials.summary(record, trial) for trial in trials.launched(call.engine, record)]
    if call.params.get("SortBy") == "FinalObjectiveMetricValue":
        found = [trial for trial in found if _METRIC in trial]
    return _TRIALS.page(found, {**_BY_NAME, **call.params}, dict)


@SERVICE.operation("StopHyperParameterTuningJob", resource=named(TUNING.arn, _NAME))
def stop_hyper_parameter_tuning_job(call: Call) -> None:
    """Stop the job and its trials.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopHyperParameterTuningJob.html
    """
    jobs.stop(call.engine, TUNING, call.params[_NAME])
