"""R2's request with every field, as tests and docs/direct.md send it."""

from __future__ import annotations

import json
from typing import Any


def training_request(data_bucket: str, artifact_bucket: str) -> dict[str, Any]:
    """Train, evaluate and deploy behind the endpoint."""
    return {
        "Parameters": {
            "Flow": {"Train": True, "Evaluate": True, "Deploy": True},
            "PretrainedModel": {"Name": ""},
            "Train": {
                "TrainDataPath": f"s3://{data_bucket}/direct/train.csv",
                "TestDataPath": f"s3://{data_bucket}/direct/test.csv",
                "TrainingOutput": f"s3://{artifact_bucket}/direct/churn",
                "InstanceCount": 1,
                "InstanceType": "ml.m5.xlarge",
                "FitArgs": json.dumps(json.dumps({"hyperparameters": {"GBM": {"num_boost_round": 30}}})),
                "InitArgs": json.dumps(json.dumps({"label": "churn", "eval_metric": "roc_auc"})),
            },
            "Evaluation": {"Threshold": 0.7, "Metric": "roc_auc"},
            "Deploy": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "Mode": "endpoint",
                "BatchInputDataPath": "",
                "BatchOutputDataPath": "",
            },
        }
    }
