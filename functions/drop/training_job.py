"""`trainingjob.json`: a request of CreateTrainingJob, as far as it can be honoured.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import fields

RUN: Final = "the run names and places what it makes; leave it out"
DATA: Final = "a run trains on the data set of the configuration, or on new data that is dropped; leave it out"
OFF: Final = "the bundle does not use it"
PARAMETERS: Final = "HyperParameters"
FIELDS: Final = fields.Fields(
    settings={
        "ResourceConfig.InstanceType": "train.instanceType",
        "ResourceConfig.InstanceCount": "train.instanceCount",
        "ResourceConfig.VolumeSizeInGB": "train.volumeSizeInGB",
        "StoppingCondition.MaxRuntimeInSeconds": "train.maxRuntimeInSeconds",
        "StoppingCondition.MaxWaitTimeInSeconds": "train.spot.maxWaitInSeconds",
        "EnableManagedSpotTraining": "train.spot.enabled",
    },
    only={"AlgorithmSpecification.TrainingInputMode": ("File", "the images read files")},
    refused={
        "TrainingJobName": RUN,
        "RoleArn": "jobs have the training stack's role; leave it out",
        "OutputDataConfig": RUN,
        "CheckpointConfig": RUN,
        "InputDataConfig": DATA,
        "AlgorithmSpecification.TrainingImage": "train.engine and train.algorithm of the configuration choose it",
        "AlgorithmSpecification.AlgorithmName": "train.engine and train.algorithm of the configuration choose it",
        "AlgorithmSpecification.MetricDefinitions": "the image's own metrics are read",
        "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries": OFF,
        "AlgorithmSpecification.ContainerEntrypoint": OFF,
        "AlgorithmSpecification.ContainerArguments": OFF,
        "AlgorithmSpecification.TrainingImageConfig": OFF,
        "ResourceConfig.VolumeKmsKeyId": "volumes have the install's key; leave it out",
        "ResourceConfig.InstanceGroups": OFF,
        "ResourceConfig.KeepAlivePeriodInSeconds": OFF,
        "ResourceConfig.TrainingPlanArn": OFF,
        "ResourceConfig.InstancePlacementConfig": OFF,
        "ResourceConfig.InstancePreferences": OFF,
        "ResourceConfig.SelectedInstanceType": OFF,
        "ResourceConfig.SelectedInstanceCount": OFF,
        "StoppingCondition.MaxPendingTimeInSeconds": OFF,
        "VpcConfig": OFF,
        "Tags": "resources have the stacks' tags",
        "EnableNetworkIsolation": "the state machine decides it; leave it out",
        "EnableInterContainerTrafficEncryption": "the state machine decides it; leave it out",
        "DebugHookConfig": OFF,
        "DebugRuleConfigurations": OFF,
        "TensorBoardOutputConfig": OFF,
        "ExperimentConfig": OFF,
        "ProfilerConfig": OFF,
        "ProfilerRuleConfigurations": OFF,
        "Environment": OFF,
        "RetryStrategy": "the state machine retries; leave it out",
        "RemoteDebugConfig": OFF,
        "InfraCheckConfig": OFF,
        "SessionChainingConfig": OFF,
        "ServerlessJobConfig": OFF,
        "MlflowConfig": OFF,
        "ModelPackageConfig": "the state machine registers the model; leave it out",
    },
    parts=frozenset({PARAMETERS}),
)
HYPERPARAMETERS: Final = "train.hyperparameters."


def read(document: Mapping[str, Any], rules: Mapping[str, Any]) -> fields.Found:
    """The settings of a training request; `rules` are the configuration's by its path."""
    found = fields.read(document, FIELDS)
    given = found.parts.get(PARAMETERS) or {}
    if not isinstance(given, dict):
        found.faults.append(f"{PARAMETERS}: expected an object, found {fields.show(given)}")
        return found
    names = [path.removeprefix(HYPERPARAMETERS) for path in rules if path.startswith(HYPERPARAMETERS)]
    for name, value in given.items():
        path = f"{PARAMETERS}.{name}"
        if name not in names:
            found.faults.append(f"{path} is no hyperparameter of this configuration{fields.closest(name, names)}")
        elif not isinstance(value, str):
            found.faults.append(f"{path}: expected a text, as CreateTrainingJob takes it, found {fields.show(value)}")
        else:
            found.settings[f"{HYPERPARAMETERS}{name}"] = (
                path,
                number(value, rules[f"{HYPERPARAMETERS}{name}"]["type"]),
            )
    return found


def number(text: str, kind: str) -> Any:
    """A hyperparameter's text as what the configuration has there; the text itself where it is none."""
    if kind == "string":
        return text
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text
