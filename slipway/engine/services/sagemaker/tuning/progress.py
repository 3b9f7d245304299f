"""How far a tuning job is: its counters, its best trial, and whether it has reached what it was to reach.

docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.jobs import TUNING
from slipway.engine.services.sagemaker.service import now
from slipway.engine.services.sagemaker.tuning import trials
from slipway.engine.services.sagemaker.tuning.trials import goal, has_ended, objective, summary

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

Record = dict[str, Any]
_SIGNIFICANT = 0.01
# After so many trials without an objective no more are launched: the number in the reasons that AWS gives.
_HOPELESS = 5


def members(engine: Engine, job: Record) -> Record:
    """What Describe and the events say of the trials."""
    launched = trials.launched(engine, job)
    best = best_of(job, launched)
    ended = job.get("HyperParameterTuningEndTime", now())
    return {
        "TrainingJobStatusCounters": status_counters(launched),
        "ObjectiveStatusCounters": objective_counters(job, launched),
        "TuningJobCompletionDetails": {"NumberOfTrainingJobsObjectiveNotImproving": not_improving(job, launched)},
        "ConsumedResources": {"RuntimeInSeconds": round(ended - job["CreationTime"])},
        **({"BestTrainingJob": summary(job, best)} if best is not None else {}),
        **_overall(engine, job, best),
    }


def _overall(engine: Engine, job: Record, best: Record | None) -> Record:
    """The best of this job and its parents, when all did the same."""
    warm = job.get("WarmStartConfig", {})
    if warm.get("WarmStartType") != "IdenticalDataAndAlgorithm":
        return {}
    found = [(job, best)] if best is not None else []
    for parent in warm["ParentHyperParameterTuningJobs"]:
        earlier = TUNING.find(engine, parent["HyperParameterTuningJobName"])
        theirs = best_of(earlier, trials.launched(engine, earlier))
        found += [(earlier, theirs)] if theirs is not None else []
    if not found:
        return {}
    winner = min(found, key=lambda pair: loss(job, objective(*pair)))
    return {"OverallBestTrainingJob": summary(*winner)}


def status_counters(launched: list[Record]) -> dict[str, int]:
    """TrainingJobStatusCounters; a trial that is being stopped is in progress."""
    kinds = Counter(_kind(trial) for trial in launched)
    return {kind: kinds[kind] for kind in ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")}


def _kind(trial: Record) -> str:
    if trial["TrainingJobStatus"] == "Failed":
        internal = trial.get("FailureReason", "").startswith("InternalServerError")
        return "RetryableError" if internal else "NonRetryableError"
    return str(trial["TrainingJobStatus"]) if has_ended(trial) else "InProgress"


def objective_counters(job: Record, launched: list[Record]) -> dict[str, int]:
    """ObjectiveStatusCounters."""
    kinds = Counter(summary(job, trial)["ObjectiveStatus"] for trial in launched)
    return {kind: kinds[kind] for kind in ("Succeeded", "Pending", "Failed")}


def loss(job: Record, value: float | None) -> float:
    """What is to be small, whichever way the objective goes."""
    if value is None:
        return float("inf")
    return -value if goal(job)["Type"] == "Maximize" else value


def evaluated(job: Record, launched: list[Record]) -> list[Record]:
    """Trials with an objective, in the order in which they ended."""
    found = [trial for trial in launched if objective(job, trial) is not None]
    return sorted(found, key=lambda trial: trial["TrainingEndTime"])


def best_of(job: Record, launched: list[Record]) -> Record | None:
    """The best trial so far, the first of several."""
    return min(evaluated(job, launched), key=lambda trial: loss(job, objective(job, trial)), default=None)


def not_improving(job: Record, launched: list[Record]) -> int:
    """How many trials in a row have not improved on the best before them by more than 1 %.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_BestObjectiveNotImproving.html
    """
    best, count = float("inf"), 0
    for trial in evaluated(job, launched):
        found = loss(job, objective(job, trial))
        improved = best == float("inf") or (found < best and best - found >= _SIGNIFICANT * abs(best))
        count = 0 if improved else count + 1
        best = min(best, found)
    return count


def is_reached(job: Record, launched: list[Record]) -> bool:
    """Whether one of the completion criteria is met."""
    criteria = job["HyperParameterTuningJobConfig"].get("TuningJobCompletionCriteria", {})
    best = best_of(job, launched)
    target = criteria.get("TargetObjectiveMetricValue")
    if target is not None and best is not None and loss(job, objective(job, best)) <= loss(job, target):
        return True
    most = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
    return most is not None and not_improving(job, launched) >= most


def is_hopeless(job: Record, launched: list[Record]) -> bool:
    """Whether the first trials have ended and none of them had an objective."""
    ended = [trial for trial in launched if has_ended(trial)]
    return len(ended) >= _HOPELESS and not evaluated(job, ended)


def failure(job: Record, ended: list[Record]) -> str:
    """The FailureReason of a job none of whose trials could be evaluated; empty when one was."""
    if evaluated(job, ended) or not ended:
        return ""
    if any(trial["TrainingJobStatus"] == "Completed" for trial in ended):
        return (
            f"No objective metrics found after running {len(ended)} training jobs. Please ensure that the custom "
            "algorithm is emitting the objective metric as defined by the regular expression provided."
        )
    return (
        f"No training job succeeded after {len(ended)} attempts. Please take a look at the training job failures to "
        "get more details."
    )
