"""A person's AutoGluon scripts run in the stand-ins of AWS's training and inference images."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.heavy.sagemaker.conftest import BUCKET, ROLE, Account, eventually, rows, table

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/autogluon-tabular.html")

REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
TRAINING = f"{REGISTRY}/autogluon-training:1.5.0-cpu-py311-ubuntu22.04"
INFERENCE = f"{REGISTRY}/autogluon-inference:1.5.0-cpu-py311-ubuntu22.04"
TRAIN = """
import argparse, os, shutil
import pandas as pd
from autogluon.tabular import TabularPredictor

parser = argparse.ArgumentParser()
parser.add_argument("--target", required=True)
parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
arguments = parser.parse_args()
frame = pd.read_csv(os.path.join(arguments.train, "train.csv"))
predictor = TabularPredictor(label=arguments.target, path=os.environ["SM_MODEL_DIR"], verbosity=2)
predictor.fit(frame, hyperparameters={"GBM": {}, "RF": {}})
board = predictor.leaderboard()
board.to_csv(os.path.join(os.environ["SM_OUTPUT_DATA_DIR"], "leaderboard.csv"))
print(f"validation-accuracy={board.score_val.max()}")
shutil.copytree("serving", os.path.join(os.environ["SM_MODEL_DIR"], "code"))
"""
SERVE = """
import io
import pandas as pd
from autogluon.tabular import TabularPredictor

def model_fn(model_dir):
    return TabularPredictor.load(model_dir)

def transform_fn(model, data, content_type, accept):
    frame = pd.read_csv(io.StringIO(data), header=None, names=model.original_features)
    return model.predict(frame).to_csv(index=False, header=False), accept
"""


def trained(account: Account, source: dict[str, str], **hyperparameters: str) -> dict[str, Any]:
    name = f"autogluon-{uuid.uuid4().hex[:8]}"
    code = account.archive(f"{name}/sourcedir.tar.gz", source)
    data = account.put(f"{name}/train/train.csv", table(600)).rpartition("/")[0]
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": data}}}
    given = {"sagemaker_program": "train.py", "sagemaker_submit_directory": code, **hyperparameters}
    account.sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": TRAINING,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "accuracy", "Regex": r"validation-accuracy=([0-9.]+)"}],
        },
        HyperParameters={key: json.dumps(value) for key, value in given.items()},
        InputDataConfig=[channel],
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    found: dict[str, Any] = eventually(lambda: _ended(account, name))
    return found


def _ended(account: Account, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] = account.sagemaker.describe_training_job(TrainingJobName=name)
    return found if found["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"} else None


def test_a_predictor_is_trained_by_one_script_and_served_by_another(account: Account) -> None:
    job = trained(account, {"train.py": TRAIN, "serving/inference.py": SERVE}, target="left")
    log = account.log("/aws/sagemaker/TrainingJobs", job["TrainingJobName"])
    assert job["TrainingJobStatus"] == "Completed", log
    assert "this is a local stand-in of autogluon-training:1.5.0-cpu-py311-ubuntu22.04, autogluon-tabular 1.5.0" in log
    assert job["FinalMetricDataList"][0]["Value"] > 0.8
    model = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert {"predictor.pkl", "code/inference.py"} <= set(account.members(model))
    assert "leaderboard.csv" in account.members(model.replace("model.tar.gz", "output.tar.gz"))
    variables = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    name = account.endpoint({"Image": INFERENCE, "ModelDataUrl": model, "Environment": variables})
    asked = rows(40, seed=9)
    said = account.invoke(name, "\n".join(",".join(row[:3]) for row in asked), Accept="text/csv").split()
    right = sum(label == row[3] for label, row in zip(said, asked, strict=True))
    assert right > 30


def test_a_script_that_raises_fails_the_job_with_its_exception(account: Account) -> None:
    job = trained(account, {"train.py": TRAIN}, target="nothing")
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 1")
    assert "nothing" in job["FailureReason"]


def test_a_model_that_the_stand_in_lacks_says_what_is_missing(account: Account) -> None:
    source = TRAIN.replace('{"GBM": {}, "RF": {}}', '{"NN_TORCH": {}}')
    job = trained(account, {"train.py": source}, target="left")
    assert job["TrainingJobStatus"] == "Failed"
    assert "torch" in account.log("/aws/sagemaker/TrainingJobs", job["TrainingJobName"])
