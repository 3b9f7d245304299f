"""config.sagemaker_pipeline: the checked-in definition, filled in for a configuration."""

from __future__ import annotations

import json
from typing import Any

from config import configuration, sagemaker_pipeline, training

IMAGE = "jobs@sha256:1"


def definition(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    document = json.loads(configuration.CONFIGURATION.with_name("telecom-churn.json").read_text("utf-8")) | (
        changes or {}
    )
    resolved = configuration.resolve(document)
    given = training.training(resolved, IMAGE, "eu-west-1")
    return sagemaker_pipeline.definition({"config": resolved, "training": given, "image": IMAGE})


def arguments(found: dict[str, Any], name: str) -> dict[str, Any]:
    condition = next(step for step in found["Steps"] if step["Name"] == "Gate")
    steps = [*found["Steps"], *condition["Arguments"]["IfSteps"]]
    return dict(next(step for step in steps if step["Name"] == name)["Arguments"])


def names(found: dict[str, Any]) -> list[str]:
    return [parameter["Name"] for parameter in found["Parameters"]]


def test_each_hyperparameter_is_a_parameter_that_must_be_given() -> None:
    found = definition()
    given = arguments(found, "Train")["HyperParameters"]
    assert given["max_depth"] == {"Get": "Parameters.HyperParameters-max_depth"}
    assert {f"HyperParameters-{name}" for name in given} <= set(names(found))
    assert not any("DefaultValue" in parameter for parameter in found["Parameters"])


def test_an_engines_channels_and_containers_are_those_that_build_resolved() -> None:
    found = definition({"train": {"engine": "xgboost"}})
    train, register = arguments(found, "Train"), arguments(found, "Register")
    assert [channel["ChannelName"] for channel in train["InputDataConfig"]] == ["train", "validation"]
    containers = register["InferenceSpecification"]["Containers"]
    assert [container["Image"]["Get"] for container in containers] == [
        "Parameters.Image",
        "Parameters.TrainingImage",
        "Parameters.Image",
    ]
    assert containers[1]["ModelDataUrl"] == {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
    assert containers[0]["Environment"] == {"SERVE": "encode"}
    assert "MetricDefinitions" not in train["AlgorithmSpecification"]


def test_only_spot_training_waits_for_an_instance() -> None:
    spot = definition({"train": {"spot": {"enabled": True}}})
    assert "TrainMaxWaitTimeInSeconds" in names(spot)
    assert arguments(spot, "Train")["EnableManagedSpotTraining"] is True
    assert "TrainMaxWaitTimeInSeconds" not in names(definition())


def test_the_gate_reads_the_metric_and_no_other_can_be_given() -> None:
    found = definition({"evaluate": {"metric": "f1", "positiveClass": "yes"}})
    assert "metrics.METRIC" not in json.dumps(found)
    assert json.dumps(found).count("metrics.f1") == 3
    (metric,) = [parameter for parameter in found["Parameters"] if parameter["Name"] == "Metric"]
    assert metric["EnumValues"] == ["f1"]


def test_an_instance_type_that_both_environments_have_is_named_once() -> None:
    types = arguments(definition(), "Register")["InferenceSpecification"]["SupportedRealtimeInferenceInstanceTypes"]
    assert len(types) == len(set(types)) >= 1
