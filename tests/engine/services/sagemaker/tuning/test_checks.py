"""What a tuning job may be asked for, without an engine."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.tuning.checks import check

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-metrics-variables.html"
)
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"


def request(metric: str, **algorithm: Any) -> dict[str, Any]:
    """A tuning job of the built-in XGBoost, unless `algorithm` says otherwise."""
    return {
        "HyperParameterTuningJobName": "tune",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": metric},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {"IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "1", "MaxValue": "9"}]},
        },
        "TrainingJobDefinition": {
            "RoleArn": "arn:aws:iam::111122223333:role/Job",
            "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File", **algorithm},
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        },
    }


def test_an_algorithm_of_aws_brings_its_metrics_along() -> None:
    assert [item.name for item in check(request("validation:auc"))] == ["max_depth"]


def test_a_metric_that_it_does_not_have_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(AwsError, match=r"\[validation:nothing\], isn't valid for the .* Choose .*validation:auc"):
        check(request("validation:nothing"))


def test_an_image_of_ones_own_needs_a_definition_of_the_metric() -> None:
    image = {"TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/jobs:1"}
    with pytest.raises(AwsError, match="A metric is required for this hyperparameter tuning job objective"):
        check(request("auc", **image))
    definition = {"MetricDefinitions": [{"Name": "auc", "Regex": "auc=(.*)"}]}
    assert check(request("auc", **image, **definition))


def test_a_trial_is_checked_as_a_training_job_is() -> None:
    with pytest.raises(AwsError, match="has no group that captures the value"):
        check(request("auc", MetricDefinitions=[{"Name": "auc", "Regex": "auc"}]))
