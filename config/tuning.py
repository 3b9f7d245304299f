"""What the Tune step is given: `train.tuning` of the configuration in the terms of CreateHyperParameterTuningJob.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterTuningJobConfig.html
"""

from __future__ import annotations

from typing import Any, Final

from config.faults import Fault, closest, show

Schema = dict[str, Any]

# The metric that trials are compared by, as the image of each engine calls it.
OBJECTIVES: Final = {
    "container": {"log_loss": "validation:log_loss", "roc_auc": "validation:roc_auc"},
    "xgboost": {"log_loss": "validation:logloss", "roc_auc": "validation:auc"},
}
DIRECTIONS: Final = {"log_loss": "Minimize", "roc_auc": "Maximize"}
_KINDS: Final = {"integer": "IntegerParameterRanges", "number": "ContinuousParameterRanges"}


def tuning(train: dict[str, Any], hyperparameters: dict[str, str], known: dict[str, Schema]) -> dict[str, Any]:
    """The tuning of a configuration's train part; `known` is what the schema says of its hyperparameters."""
    chosen = train["tuning"]
    made: dict[str, Any] = {
        "job": {
            "Strategy": chosen["strategy"],
            "HyperParameterTuningJobObjective": {
                "Type": DIRECTIONS[chosen["objective"]],
                "MetricName": OBJECTIVES[train["engine"]][chosen["objective"]],
            },
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": chosen["maxJobs"],
                "MaxParallelTrainingJobs": chosen["maxParallelJobs"],
                "MaxRuntimeInSeconds": chosen["maxRuntimeInSeconds"],
            },
            "ParameterRanges": _ranges(chosen["ranges"], known),
            "RandomSeed": chosen["seed"],
        },
        "staticHyperParameters": {
            name: value for name, value in hyperparameters.items() if name not in chosen["ranges"]
        },
    }
    if chosen["warmStart"]["jobs"]:
        made["warmStart"] = {
            "WarmStartType": chosen["warmStart"]["type"],
            "ParentHyperParameterTuningJobs": [
                {"HyperParameterTuningJobName": name} for name in chosen["warmStart"]["jobs"]
            ],
        }
    return made


def faults(train: dict[str, Any], known: dict[str, Schema]) -> list[Fault]:
    """Ranges that the algorithm would refuse, which is known before anything trains."""
    chosen = train.get("tuning")
    if chosen is None:
        return []
    found = [fault for name, one in chosen["ranges"].items() for fault in _range_faults(name, one, known)]
    if chosen["maxParallelJobs"] > chosen["maxJobs"]:
        allowed = f"at most {chosen['maxJobs']}, which is maxJobs"
        found.append(Fault("$.train.tuning.maxParallelJobs", show(chosen["maxParallelJobs"]), allowed))
    return found


def _range_faults(name: str, chosen: dict[str, Any], known: dict[str, Schema]) -> list[Fault]:
    path = f"$.train.tuning.ranges.{name}"
    if name not in known:
        return [Fault(path, f"{show(name)}{closest(name, list(known))}", f"a hyperparameter of {', '.join(known)}")]
    schema = known[name]
    if "enum" in schema:
        if set(chosen.get("values", [])) <= set(schema["enum"]) and "values" in chosen:
            return []
        return [Fault(path, show(chosen), f"values of {show(schema['enum'])}")]
    if "values" in chosen:
        return [Fault(path, show(chosen["values"]), f"min and max, since {name} is a number")]
    return [Fault(path, show(chosen), allowed) for allowed in _bounds(chosen, schema)]


def _bounds(chosen: dict[str, Any], schema: Schema) -> list[str]:
    """What is allowed instead of these bounds, if they are wrong."""
    least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    low, high = chosen["min"], chosen["max"]
    if low >= high:
        return ["min below max"]
    if schema["type"] == "integer" and (low % 1 or high % 1):
        return ["whole numbers"]
    if high > schema["maximum"] or (least is not None and low < least) or (above is not None and low <= above):
        return [f"from {least} to {schema['maximum']}" if above is None else f"above {above} to {schema['maximum']}"]
    if chosen["scale"] == "Logarithmic" and low <= 0:
        return ["min above 0 with scale Logarithmic"]
    if chosen["scale"] == "ReverseLogarithmic" and not 0 <= low < high < 1:
        return ["min and max from 0 to below 1 with scale ReverseLogarithmic"]
    return []


def _ranges(ranges: dict[str, Any], known: dict[str, Schema]) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {}
    for name, chosen in ranges.items():
        if "values" in chosen:
            made.setdefault("CategoricalParameterRanges", []).append({"Name": name, "Values": chosen["values"]})
            continue
        limits = {"MinValue": f"{chosen['min']:g}", "MaxValue": f"{chosen['max']:g}"}
        kind = _KINDS[known[name]["type"]]
        made.setdefault(kind, []).append({"Name": name, **limits, "ScalingType": chosen["scale"]})
    return made
