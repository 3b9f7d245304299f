"""What CreateHyperParameterTuningJob refuses.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
"""

from __future__ import annotations

import math
from typing import Any

from slipway.engine import images
from slipway.engine.services.sagemaker import training
from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.service import invalid
from slipway.engine.services.sagemaker.tuning import ranges, trials
from slipway.engine.services.sagemaker.tuning.ranges import Choice, Range, RangeInvalid

OPERATION = "CreateHyperParameterTuningJob"
_CONFIG = (
    "Strategy",
    "HyperParameterTuningJobObjective",
    "ResourceLimits",
    "ParameterRanges.IntegerParameterRanges",
    "ParameterRanges.ContinuousParameterRanges",
    "ParameterRanges.CategoricalParameterRanges",
    "TrainingJobEarlyStoppingType",
    "TuningJobCompletionCriteria.TargetObjectiveMetricValue",
    "TuningJobCompletionCriteria.BestObjectiveNotImproving",
    "RandomSeed",
)
_DEFINITION = (
    "DefinitionName",
    "StaticHyperParameters",
    *trials.LIKE_A_TRAINING_JOB,
)
ACCEPTED = (
    "HyperParameterTuningJobName",
    *(f"HyperParameterTuningJobConfig.{member}" for member in _CONFIG),
    *(f"TrainingJobDefinition.{member}" for member in _DEFINITION),
    "WarmStartConfig",
    "Tags",
)
_MOST_HYPERPARAMETERS = 30


def check(params: dict[str, Any]) -> list[Range]:
    """Refuse a request that SageMaker refuses, or this engine; its ranges."""
    accept_only(OPERATION, params, ACCEPTED)
    config = params["HyperParameterTuningJobConfig"]
    where = "HyperParameterTuningJobConfig"
    refuse_value(OPERATION, f"{where}.Strategy", config["Strategy"], ("Bayesian", "Random", "Grid"))
    early = config.get("TrainingJobEarlyStoppingType", "Off")
    refuse_value(OPERATION, f"{where}.TrainingJobEarlyStoppingType", early, ("Off",))
    if "TrainingJobDefinition" not in params:
        raise invalid("A TrainingJobDefinition must be given")
    if "HyperParameterTuningJobObjective" not in config:
        raise invalid("A HyperParameterTuningJobObjective must be given")
    training.check(trials.request(params, trials.new_name(params["HyperParameterTuningJobName"], 1), {}))
    found = _ranges(config, params["TrainingJobDefinition"])
    _check_limits(config, found)
    _check_metric(params)
    return found


def _ranges(config: dict[str, Any], definition: dict[str, Any]) -> list[Range]:
    try:
        found = ranges.parse(config.get("ParameterRanges", {}))
    except RangeInvalid as error:
        raise invalid(f"ParameterRanges: {error}") from error
    if not found:
        raise invalid("ParameterRanges must hold at least one hyperparameter")
    if len(found) > _MOST_HYPERPARAMETERS:
        raise invalid(f"At most {_MOST_HYPERPARAMETERS} hyperparameters can be searched, not {len(found)}")
    static = definition.get("StaticHyperParameters", {})
    both = next((item.name for item in found if item.name in static), None)
    if both is not None:
        raise invalid(f"The hyperparameter {both} is in both ParameterRanges and StaticHyperParameters")
    return found


def _check_limits(config: dict[str, Any], found: list[Range]) -> None:
    most = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if config["Strategy"] != "Grid":
        if most is None:
            raise invalid("ResourceLimits must give MaxNumberOfTrainingJobs")
        return
    choices = [item for item in found if isinstance(item, Choice)]
    if len(choices) < len(found):
        raise invalid("Strategy Grid searches CategoricalParameterRanges only")
    combinations = math.prod(len(choice.values) for choice in choices)
    if most not in (None, combinations):
        raise invalid(f"MaxNumberOfTrainingJobs must be the number of combinations of the grid, {combinations}")


def _check_metric(params: dict[str, Any]) -> None:
    """The objective is one of the given metrics, or of those that an algorithm of AWS's emits by itself."""
    algorithm = params["TrainingJobDefinition"]["AlgorithmSpecification"]
    own = images.metric_definitions(algorithm.get("TrainingImage", ""))
    names = {item["Name"] for item in [*algorithm.get("MetricDefinitions", []), *own]}
    wanted = trials.goal(params)["MetricName"]
    if wanted in names:
        return
    if own:
        raise invalid(
            f"The objective metric for the hyperparameter tuning job, [{wanted}], isn't valid for the "
            f"[{algorithm['TrainingImage']}] algorithm. Choose a valid objective metric: {', '.join(sorted(names))}."
        )
    raise invalid(
        "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions."
    )
