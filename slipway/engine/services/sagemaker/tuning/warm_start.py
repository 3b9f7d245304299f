"""Warm start: what earlier tuning jobs have found, for one that goes on from there.

docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.jobs import FINISHED, TUNING
from slipway.engine.services.sagemaker.service import invalid
from slipway.engine.services.sagemaker.tuning import trials
from slipway.engine.services.sagemaker.tuning.strategies import Values
from slipway.engine.services.sagemaker.tuning.trials import OBJECTIVE, goal, objective

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

Record = dict[str, Any]
_KINDS = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")


def parents(engine: Engine, job: Record) -> list[Record]:
    """The tuning jobs that a job goes on from."""
    given = job.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", [])
    return [TUNING.find(engine, parent["HyperParameterTuningJobName"]) for parent in given]


def check(engine: Engine, job: Record) -> None:
    """The page's restrictions."""
    for parent in parents(engine, job):
        name = parent["HyperParameterTuningJobName"]
        if parent["HyperParameterTuningJobStatus"] not in FINISHED:
            raise invalid(f"The parent tuning job {name} must be in a terminal state to be used for a warm start")
        if goal(parent) != goal(job):
            raise invalid(f"The objective metric must be the same as that of the parent tuning job {name}")
        if len(_hyperparameters(parent)) != len(_hyperparameters(job)):
            raise invalid(
                "The total number of static and tunable hyperparameters must be the same as that of the parent tuning "
                f"job {name}"
            )
        changed = [key for key, kind in _kinds(job).items() if _kinds(parent).get(key, kind) != kind]
        if changed:
            raise invalid(f"The type of the hyperparameter {changed[0]} must be the same as in the parent job {name}")


def _kinds(job: Record) -> dict[str, str]:
    ranges = job["HyperParameterTuningJobConfig"].get("ParameterRanges", {})
    return {item["Name"]: kind for kind in _KINDS for item in ranges.get(kind, [])}


def _hyperparameters(job: Record) -> set[str]:
    static = job["TrainingJobDefinition"].get("StaticHyperParameters", {})
    return {*_kinds(job), *static} - {OBJECTIVE}


def known(engine: Engine, job: Record) -> list[tuple[Values, float]]:
    """Every evaluated trial of the parents: its hyperparameters, the static ones too, and its objective."""
    return [
        (trial["HyperParameters"], value)
        for parent in parents(engine, job)
        for trial in trials.launched(engine, parent)
        if (value := objective(parent, trial)) is not None
    ]
