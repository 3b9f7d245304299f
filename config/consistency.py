"""What a schema cannot say: that the fields of a configuration agree with each other and with the data's header."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from config import orchestrators, tuning
from config.faults import Fault, closest, show

# Engines whose models are measured by their answers.
FOREIGN: Final = ("autogluon", "autopilot")
# Families that processing jobs have and transform jobs have not:
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformResources.html
NOT_FOR_TRANSFORMS: Final = ("r5", "t3")


def inconsistencies(configuration: dict[str, Any], algorithms: dict[str, dict[str, Any]]) -> list[Fault]:
    """The faults between the fields of a configuration that its schema accepts and whose defaults are filled in.

    `algorithms` are the schema's variants, which say what each algorithm can.
    """
    return [
        *orchestrators.faults(configuration, orchestrators.chosen()),
        *_columns(configuration["dataset"]),
        *_split(configuration["dataset"]["split"]),
        *_spot(configuration["train"]),
        *_algorithm(configuration, algorithms),
        *_built_in(configuration),
        *_foreign(configuration),
        *tuning.faults(
            configuration["train"], algorithms[configuration["train"]["algorithm"]]["hyperparameters"]["properties"]
        ),
        *_capacity(configuration["serving"]["production"]["autoscaling"]),
        *(fault for environment in ("test", "production") for fault in _origins(environment, configuration["serving"])),
    ]


def header_faults(header: list[str], dataset: dict[str, Any]) -> list[Fault]:
    """How a CSV's header differs from the columns that the configuration declares."""
    declared = [column["name"] for column in dataset["columns"]]
    faults = [
        Fault(f"$.dataset.columns[{index}].name", f"{show(name)}{closest(name, header)}", f"a column of {show(header)}")
        for index, name in enumerate(declared)
        if name not in header
    ]
    target = dataset["target"]
    if target not in header:
        faults.append(
            Fault("$.dataset.target", f"{show(target)}{closest(target, header)}", f"a column of {show(header)}")
        )
    undeclared = [name for name in header if name not in declared and name != target]
    if undeclared:
        allowed = "every column of the data set is declared; type id leaves one out"
        faults.append(Fault("$.dataset.columns", f"no {', '.join(undeclared)}", allowed))
    return faults


def _columns(dataset: dict[str, Any]) -> list[Fault]:
    counts = Counter(column["name"] for column in dataset["columns"])
    faults = [
        Fault("$.dataset.columns", f"{show(name)} {count} times", "each column once")
        for name, count in counts.items()
        if count > 1
    ]
    patterns = [name for name in (*counts, dataset["target"]) if name.startswith("^") and name.endswith("$")]
    allowed = "a name that does not begin with ^ and end with $, which polars reads as a pattern of names"
    faults += [Fault("$.dataset", f"the column {show(name)}", allowed) for name in patterns]
    if dataset["target"] in counts:
        allowed = "a column that is not in $.dataset.columns, which are what the model learns from"
        faults.append(Fault("$.dataset.target", show(dataset["target"]), allowed))
    if all(column["type"] == "id" for column in dataset["columns"]):
        faults.append(Fault("$.dataset.columns", "only columns of type id", "at least one column to learn from"))
    return faults


def _split(split: dict[str, Any]) -> list[Fault]:
    held_out = split["validation"] + split["test"]
    if held_out <= 0.6:
        return []
    allowed = "at most 0.6 of the rows for validation and test together, or too few are left to train on"
    return [Fault("$.dataset.split", f"{held_out:g}", allowed)]


def _spot(train: dict[str, Any]) -> list[Fault]:
    wait, runtime = train["spot"]["maxWaitInSeconds"], train["maxRuntimeInSeconds"]
    if not train["spot"]["enabled"] or wait >= runtime:
        return []
    return [
        Fault("$.train.spot.maxWaitInSeconds", show(wait), f"{runtime} or more, which is train.maxRuntimeInSeconds")
    ]


def _built_in(configuration: dict[str, Any]) -> list[Fault]:
    """What SageMaker's own XGBoost is told before the data is read, or cannot be told at all."""
    train, task = configuration["train"], configuration["dataset"]["task"]
    if train["engine"] != "xgboost":
        return []
    faults = []
    if train["algorithm"] != "xgboost":
        faults.append(Fault("$.train.algorithm", show(train["algorithm"]), '"xgboost" with train.engine xgboost'))
    if configuration["prepare"]["imputation"] == "none":
        allowed = "median with train.engine xgboost: what its image reads an empty field as is not documented"
        faults.append(Fault("$.prepare.imputation", '"none"', allowed))
    if task == "multiclass":
        allowed = (
            "binary with train.engine xgboost, which must know the number of classes before Prepare has counted them"
        )
        faults.append(Fault("$.dataset.task", show(task), f"{allowed}; train.engine container takes both"))
    weight = train["hyperparameters"].get("class_weight", "none")
    if weight != "none" or "class_weight" in train.get("tuning", {}).get("ranges", {}):
        allowed = "none with train.engine xgboost, whose image weighs rows by a column only"
        faults.append(Fault("$.train.hyperparameters.class_weight", show(weight), allowed))
    return faults


def _foreign(configuration: dict[str, Any]) -> list[Fault]:
    """Models that the job image cannot load, which are measured by what they answer: a label and one score a row."""
    train, faults = configuration["train"], []
    engine = train["engine"]
    if engine not in FOREIGN:
        return []
    if configuration["dataset"]["task"] == "multiclass":
        allowed = f"binary with train.engine {engine}: of its answers, label and score, no other class's score is known"
        faults.append(Fault("$.dataset.task", '"multiclass"', f"{allowed}; train.engine container takes both"))
    instance = configuration["evaluate"]["instanceType"]
    if instance.split(".")[1] in NOT_FOR_TRANSFORMS:
        allowed = f"a type that transform jobs have too with train.engine {engine}, such as ml.m5.large"
        faults.append(Fault("$.evaluate.instanceType", show(instance), allowed))
    if train["spot"]["enabled"]:
        allowed = f"false with train.engine {engine}, which cannot go on from a checkpoint"
        faults.append(Fault("$.train.spot.enabled", "true", allowed))
    return faults + _autogluon(train)


def _autogluon(train: dict[str, Any]) -> list[Fault]:
    """https://github.com/autogluon/autogluon-cloud, sagemaker_backend.py: no distributed training on SageMaker."""
    if "autogluon" not in train:
        return []
    faults, count = [], train["instanceCount"]
    if count > 1:
        allowed = "1 with train.engine autogluon: each instance would train the same model alone; take a larger one"
        faults.append(Fault("$.train.instanceCount", show(count), allowed))
    limit, longest = train["autogluon"]["timeLimitInSeconds"], train["maxRuntimeInSeconds"]
    if limit >= longest:
        allowed = f"less than {longest}, which is train.maxRuntimeInSeconds"
        faults.append(Fault("$.train.autogluon.timeLimitInSeconds", show(limit), allowed))
    return faults


def _algorithm(configuration: dict[str, Any], algorithms: dict[str, dict[str, Any]]) -> list[Fault]:
    train, faults = configuration["train"], []
    if train["engine"] != "container":
        return []
    name = train["algorithm"]
    if configuration["prepare"]["imputation"] == "none" and not algorithms[name]["missingValues"]:
        faults.append(Fault("$.prepare.imputation", '"none"', f'"median", since {name} needs a value in every column'))
    if train["instanceCount"] > 1 and not algorithms[name]["severalInstances"]:
        several = " and ".join(other for other, variant in algorithms.items() if variant["severalInstances"])
        allowed = f"1, since {name} trains on one instance; {several} can on more"
        faults.append(Fault("$.train.instanceCount", show(train["instanceCount"]), allowed))
    return faults


def _capacity(autoscaling: dict[str, Any]) -> list[Fault]:
    fewest, most = autoscaling["minCapacity"], autoscaling["maxCapacity"]
    if most >= fewest:
        return []
    return [
        Fault("$.serving.production.autoscaling.maxCapacity", show(most), f"{fewest} or more, which is minCapacity")
    ]


def _origins(environment: str, serving: dict[str, Any]) -> list[Fault]:
    origins = serving[environment]["api"]["cors"]["allowOrigins"]
    if "*" not in origins or len(origins) == 1:
        return []
    return [Fault(f"$.serving.{environment}.api.cors.allowOrigins", show(origins), "* alone, or origins without it")]
