"""Tuning the built-in XGBoost algorithm by a metric of its own."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from tests.engine.aws_images.conftest import BUCKET, IMAGE, ROLE, Xgboost, rows

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html")


def channel(xgboost: Xgboost, name: str, seed: int) -> dict[str, Any]:
    uri = xgboost.put(f"tuning/{name}/part-0.csv", rows(200, seed)).rpartition("/")[0]
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


def test_bayesian_search_tunes_it_by_its_own_metric(xgboost: Xgboost) -> None:
    name = f"tune-{uuid.uuid4().hex[:8]}"
    depth = {"Name": "max_depth", "MinValue": "1", "MaxValue": "6"}
    eta = {"Name": "eta", "MinValue": "0.01", "MaxValue": "1", "ScalingType": "Logarithmic"}
    xgboost.client.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        HyperParameterTuningJobConfig={
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {"IntegerParameterRanges": [depth], "ContinuousParameterRanges": [eta]},
            "RandomSeed": 1,
        },
        TrainingJobDefinition={
            "RoleArn": ROLE,
            "StaticHyperParameters": {"num_round": "10", "objective": "binary:logistic", "eval_metric": "auc"},
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "InputDataConfig": [channel(xgboost, "train", 5), channel(xgboost, "validation", 6)],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/tuned"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 180},
        },
    )
    job = ended(xgboost, name)
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason")
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 4, "Pending": 0, "Failed": 0}
    best = job["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] > 0.9
    assert set(best["TunedHyperParameters"]) == {"max_depth", "eta"}


def ended(xgboost: Xgboost, name: str) -> dict[str, Any]:
    """The job's description at its end."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        job: dict[str, Any] = xgboost.client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if job["HyperParameterTuningJobStatus"] in {"Completed", "Failed", "Stopped"}:
            return job
        time.sleep(0.2)
    return pytest.fail(f"{name} does not end")
