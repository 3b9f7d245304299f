"""Candidates: what one is, and ListCandidatesForAutoMLJob.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoMLCandidate.html
docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.aws_images import autogluon
from slipway.engine.services.sagemaker.automl import records
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.service import SERVICE, now

if TYPE_CHECKING:
    from slipway.engine.service import Call

MINIMIZED = ("MAE", "MSE", "RMSE")
# Metrics of a candidate that cannot be an objective, and so have no MetricName.
_STANDARD_ONLY = ("LogLoss", "InferenceLatency")
REPOSITORY = "autogluon-inference"
_MOST_BYTES = "20971520"


def started(name: str) -> dict[str, Any]:
    """A candidate that is being trained. No training job of the account stands behind it, so it has no steps."""
    return {
        "CandidateName": name,
        "ObjectiveStatus": "Pending",
        "CandidateSteps": [],
        "CandidateStatus": "InProgress",
        "CreationTime": now(),
        "LastModifiedTime": now(),
    }


def failed(candidate: dict[str, Any], reason: str) -> None:
    """It could not be trained."""
    _ended(candidate, "Failed")
    candidate.update(ObjectiveStatus="Failed", FailureReason=reason[:1024])


def completed(candidate: dict[str, Any], metric: str, values: dict[str, float], container: dict[str, Any]) -> None:
    """It was trained, measured, and left in S3."""
    _ended(candidate, "Completed")
    candidate.update(
        ObjectiveStatus="Succeeded",
        FinalAutoMLJobObjectiveMetric={
            "Type": "Minimize" if metric in MINIMIZED else "Maximize",
            "MetricName": metric,
            "StandardMetricName": metric,
            "Value": values[metric],
        },
        InferenceContainers=[container],
        CandidateProperties={"CandidateMetrics": [_datum(name, value) for name, value in values.items()]},
    )


def _ended(candidate: dict[str, Any], status: str) -> None:
    candidate.update(CandidateStatus=status, EndTime=now(), LastModifiedTime=now())


def _datum(name: str, value: float) -> dict[str, Any]:
    named = {} if name in _STANDARD_ONLY else {"MetricName": name}
    return {**named, "StandardMetricName": name, "Value": value, "Set": "Validation"}


def container(region: str, model_data: str, model: str, problem_type: str) -> dict[str, Any]:
    """The one container that serves a candidate, in either mode."""
    keys = ["predicted_label"]
    supported = keys if problem_type == "Regression" else [*keys, "probability", "labels", "probabilities"]
    return {
        "Image": autogluon.uri(REPOSITORY, region),
        "ModelDataUrl": model_data,
        "Environment": {
            "MAX_CONTENT_LENGTH": _MOST_BYTES,
            "MODEL_NAME": model,
            "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
            "SAGEMAKER_INFERENCE_OUTPUT": ",".join(keys),
            "SAGEMAKER_INFERENCE_SUPPORTED": ",".join(supported),
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        },
    }


def best(candidates: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The completed candidate with the best objective; the earliest of equals."""
    done = [candidate for candidate in candidates.values() if candidate["CandidateStatus"] == "Completed"]
    return min(done, key=_loss) if done else None


def _loss(candidate: dict[str, Any]) -> float:
    objective = candidate["FinalAutoMLJobObjectiveMetric"]
    value = float(objective["Value"])
    return value if objective["Type"] == "Minimize" else -value


@SERVICE.operation("ListCandidatesForAutoMLJob")
def list_candidates(call: Call) -> dict[str, Any]:
    """One page of a job's candidates.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListCandidatesForAutoMLJob.html
    """
    params = {"SortOrder": "Ascending", **call.params}
    candidates = records.find(call.engine, params["AutoMLJobName"])["_candidates"].values()
    if "CandidateNameEquals" in params:
        candidates = [item for item in candidates if item["CandidateName"] == params["CandidateNameEquals"]]
    return _Candidates("Candidates", "CandidateName", "CandidateStatus").page(candidates, params, dict)


class _Candidates(Listing):
    """Also sorted by the objective; a candidate without one counts as the least."""

    def _order(self, record: dict[str, Any], sort_by: str) -> Any:
        if sort_by == "FinalObjectiveMetricValue":
            return record.get("FinalAutoMLJobObjectiveMetric", {}).get("Value", float("-inf"))
        return super()._order(record, sort_by)
