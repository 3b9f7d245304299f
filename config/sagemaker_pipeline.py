"""The definition of the SageMaker pipeline, `cf/training.pipeline.json`, filled in for a configuration.

The values are the pipeline's parameters, which the state machine gives at each start. Filled in here is what no
parameter can be: who prepares, which hyperparameters, channels, metrics and containers there are, and the path of the
gate's metric.
A parameter without a default must be given and an unknown one is refused: an execution of another configuration does
not start.
https://docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

TEMPLATE: Final = Path(__file__).parents[1] / "cf" / "training.pipeline.json"
# Where the path of the gate's metric ends.
_METRIC: Final = "METRIC"
_RUN: Final = {"Get": "Parameters.Run"}
_MODEL: Final = {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}

Document = dict[str, Any]


def definition(execution: Document, queue: str = "") -> Document:
    """The definition for an execution, which is what `execution.json` holds.

    A Callback step's messages go to the `queue`, which only a pipeline needs.
    """
    config, training = execution["config"], execution["training"]
    text = TEMPLATE.read_text(encoding="utf-8")
    document: Document = json.loads(text.replace(f"metrics.{_METRIC}", f"metrics.{config['evaluate']['metric']}"))
    _prepare(document, config["prepare"], queue)
    steps = _steps(document["Steps"])
    _declare(document["Parameters"], config, training)
    _train(steps["Train"]["Arguments"], config["train"], training)
    register = steps["Register"]["Arguments"]
    register["CustomerMetadataProperties"]["engine"] = config["train"]["engine"]
    specification = register["InferenceSpecification"]
    specification["Containers"] = [_container(one, execution["image"]) for one in training["containers"]]
    serving = config["serving"]
    specification["SupportedRealtimeInferenceInstanceTypes"] = sorted(
        {serving[environment]["instanceType"] for environment in ("test", "production")}
    )
    return document


def _prepare(document: Document, prepare: Document, queue: str) -> None:
    """Of the two steps that prepare, the one of the configuration's engine stays.

    https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
    """
    by_spark = prepare["engine"] == "glue"
    other = "Prepare" if by_spark else "PrepareBySpark"
    document["Steps"] = [step for step in document["Steps"] if step["Name"] != other]
    for step in document["Steps"]:
        if "DependsOn" in step:
            step["DependsOn"].remove(other)
    if by_spark:
        document["Steps"][0]["SqsQueueUrl"] = queue
        document["Parameters"] += [
            {"Name": "SparkCode", "Type": "String"},
            {"Name": "SparkWorkerType", "Type": "String"},
            {"Name": "SparkWorkers", "Type": "Integer"},
        ]


def _steps(steps: list[Document]) -> dict[str, Document]:
    """The steps by name, with those of the condition's branches."""
    found = {step["Name"]: step for step in steps}
    for step in steps:
        for branch in ("IfSteps", "ElseSteps"):
            found |= _steps(step["Arguments"].get(branch, []))
    return found


def _declare(parameters: list[Document], config: Document, training: Document) -> None:
    """Hyperparameters, one parameter each; a metric that the definition's paths do not lead to is refused."""
    for parameter in parameters:
        if parameter["Name"] == "Metric":
            parameter["EnumValues"] = [config["evaluate"]["metric"]]
    parameters += [{"Name": _hyperparameter(name), "Type": "String"} for name in training["hyperParameters"]]
    if config["train"]["spot"]["enabled"]:
        parameters.append({"Name": "TrainMaxWaitTimeInSeconds", "Type": "Integer"})


def _train(arguments: Document, train: Document, training: Document) -> None:
    arguments["HyperParameters"] = {
        name: {"Get": f"Parameters.{_hyperparameter(name)}"} for name in training["hyperParameters"]
    }
    arguments["InputDataConfig"] = [_channel(one) for one in training["channels"]]
    if "metricDefinitions" in training:
        arguments["AlgorithmSpecification"]["MetricDefinitions"] = [
            {"Name": one["name"], "Regex": one["regex"]} for one in training["metricDefinitions"]
        ]
    if train["spot"]["enabled"]:
        arguments["EnableManagedSpotTraining"] = True
        arguments["StoppingCondition"]["MaxWaitTimeInSeconds"] = {"Get": "Parameters.TrainMaxWaitTimeInSeconds"}


def _channel(channel: Document) -> Document:
    return {
        "ChannelName": channel["name"],
        "ContentType": channel["contentType"],
        "InputMode": "File",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3DataDistributionType": channel["distribution"],
                "S3Uri": _below_run(channel["path"]),
            }
        },
    }


def _container(container: Document, job_image: str) -> Document:
    parameter = "Image" if container["image"] == job_image else "TrainingImage"
    environment = {"Environment": container["environment"]} if "environment" in container else {}
    model = _MODEL if container["model"] == "train" else _below_run(container["model"])
    return {"Image": {"Get": f"Parameters.{parameter}"}, "ModelDataUrl": model, **environment}


def _below_run(path: str) -> Document:
    return {"Std:Join": {"On": "/", "Values": [_RUN, path]}}


def _hyperparameter(name: str) -> str:
    return f"HyperParameters-{name}"
