"""Training jobs of the built-in XGBoost algorithm: real training, AWS's log lines, files and failures."""

from __future__ import annotations

import re
import subprocess
import time
import uuid
from typing import Any

import pytest

from tests.engine.aws_images.conftest import ACCOUNT, BUCKET, IMAGE, ROLE, Xgboost, rows

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html")

BINARY = {"num_round": "20", "objective": "binary:logistic", "eval_metric": "auc,error", "max_depth": "3"}


@pytest.fixture(scope="module")
def data(xgboost: Xgboost) -> dict[str, str]:
    """Two channels of CSV."""
    return {
        "train": xgboost.put("data/train/part-0.csv", rows(400, 1)).rpartition("/")[0],
        "validation": xgboost.put("data/validation/part-0.csv", rows(200, 2)).rpartition("/")[0],
    }


@pytest.fixture(scope="module")
def trained(xgboost: Xgboost, data: dict[str, str]) -> dict[str, Any]:
    """A job on both channels."""
    return xgboost.train(BINARY, data)


def test_a_job_completes_with_a_model_that_learned(xgboost: Xgboost, trained: dict[str, Any]) -> None:
    assert trained["TrainingJobStatus"] == "Completed", trained.get("FailureReason")
    assert list(xgboost.artifact(trained)) == ["xgboost-model"]
    final = {item["MetricName"]: item["Value"] for item in trained["FinalMetricDataList"]}
    assert set(final) == {"train:auc", "train:error", "validation:auc", "validation:error"}
    assert final["validation:auc"] > 0.95


def test_the_log_says_what_it_is_and_has_a_line_for_each_round(xgboost: Xgboost, trained: dict[str, Any]) -> None:
    log = xgboost.log(trained["TrainingJobName"])
    assert log[0] == "[sagemaker] this is a local stand-in of sagemaker-xgboost:3.0-5, xgboost 3.2.0"
    rounds = [line for line in log if re.match(r"\[\d+\]#011train-auc:", line)]
    assert len(rounds) == 20
    assert re.fullmatch(
        r"\[19\]#011train-auc:0\.\d{5}#011train-error:0\.\d{5}#011validation-auc:0\.\d{5}#011validation-error:0\.\d{5}",
        rounds[-1],
    )


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html")
def test_the_algorithms_own_metric_definitions_are_the_jobs(trained: dict[str, Any]) -> None:
    definitions = {item["Name"]: item["Regex"] for item in trained["AlgorithmSpecification"]["MetricDefinitions"]}
    assert definitions["validation:auc"].startswith(r".*\[[0-9]+\].*#011validation-auc:(")
    assert re.search(definitions["train:error"], "[7]#011train-error:0.25000#011validation-error:0.5")[1] == "0.25000"


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html")
def test_training_stops_early_and_keeps_the_best_round(xgboost: Xgboost, data: dict[str, str]) -> None:
    job = xgboost.train({**BINARY, "num_round": "500", "eta": "0.9", "early_stopping_rounds": "4"}, data)
    rounds = [line for line in xgboost.log(job["TrainingJobName"]) if "#011validation-error:" in line]
    errors = [float(line.rpartition(":")[2]) for line in rounds]
    assert 5 <= len(rounds) < 200
    assert min(errors[:-4]) <= min(errors[-4:])


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html")
@pytest.mark.parametrize(
    ("hyperparameters", "metrics"),
    [
        ({"eval_metric": "accuracy,f1,precision,recall,balanced_accuracy,aucpr"}, {"validation:accuracy"}),
        ({"eval_metric": "error@0.3"}, set()),
        ({"_tuning_objective_metric": "validation:f1_macro"}, {"validation:f1_macro", "train:f1_macro"}),
        ({"objective": "multi:softprob", "num_class": "2", "eval_metric": "merror,f1_macro"}, {"validation:merror"}),
        ({"objective": "multi:softmax", "num_class": "2", "eval_metric": "accuracy"}, {"validation:accuracy"}),
        ({"objective": "reg:squarederror", "eval_metric": "mse,r2,mae"}, {"validation:mse", "validation:r2"}),
        ({"booster": "dart", "rate_drop": "0.1", "eval_metric": "logloss"}, {"validation:logloss"}),
        ({"tree_method": "hist", "monotone_constraints": "(1,0)", "eval_metric": "auc"}, {"validation:auc"}),
    ],
    ids=["own metrics", "threshold", "tuned metric", "softprob", "softmax", "regression", "dart", "constraints"],
)
def test_hyperparameters_reach_xgboost(
    xgboost: Xgboost, data: dict[str, str], hyperparameters: dict[str, str], metrics: set[str]
) -> None:
    job = xgboost.train({"num_round": "15", "objective": "binary:logistic", **hyperparameters}, data)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    final = {item["MetricName"]: item["Value"] for item in job.get("FinalMetricDataList", [])}
    assert metrics <= set(final)
    for name in ("accuracy", "f1_macro", "r2", "auc"):
        assert final.get(f"validation:{name}", 1.0) > 0.7, final


def test_libsvm_is_what_a_channel_without_content_type_holds(xgboost: Xgboost) -> None:
    lines = [f"{i % 2} 0:{i % 2}.5 1:{i}" for i in range(40)]
    uri = xgboost.put("data/libsvm/a.libsvm", "\n".join(lines))
    job = xgboost.train({**BINARY, "num_round": "3"}, {"train": uri}, content_type="libsvm")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert "Train matrix has 40 rows and 2 columns" in "\n".join(xgboost.log(job["TrainingJobName"]))


def test_weights_are_the_second_column_of_csv(xgboost: Xgboost) -> None:
    lines = [f"{i % 2},{0 if i % 2 else 1},{i % 7}" for i in range(60)]
    uri = xgboost.put("data/weights/a.csv", "\n".join(lines))
    hyperparameters = {**BINARY, "csv_weights": "1", "eval_metric": "error", "num_round": "3", "base_score": "0.5"}
    job = xgboost.train(hyperparameters, {"train": uri})
    [error] = [item["Value"] for item in job["FinalMetricDataList"]]
    assert error == 0.0, "rows of label 1 weigh nothing, so that everything may be called 0"
    assert "60 rows and 1 columns" in "\n".join(xgboost.log(job["TrainingJobName"]))


FAULTS = {
    "no rounds": ({"objective": "binary:logistic"}, "UserError: Missing required hyperparameter: num_round"),
    "unknown": ({**BINARY, "depth": "3"}, "UserError: Extraneous hyperparameter found: depth"),
    "no number": ({**BINARY, "max_depth": "deep"}, "UserError: Hyperparameter max_depth: could not parse value"),
    "out of range": ({**BINARY, "eta": "1.5"}, r"UserError: Hyperparameter eta: 1.5 is not in [0, 1]"),
    "no such objective": ({**BINARY, "objective": "binary"}, "UserError: Hyperparameter objective: binary is not in ["),
    "no classes": (
        {"num_round": "1", "objective": "multi:softmax"},
        "UserError: Require input for parameter 'num_class'",
    ),
    "auc of regression": (
        {"num_round": "1", "objective": "reg:squarederror", "eval_metric": "auc"},
        "UserError: Metric 'auc' can only be applied for classification and ranking problems.",
    ),
    "unknown metric": (
        {**BINARY, "eval_metric": "profit"},
        "Hyperparameter eval_metric: value ['profit'] not in range",
    ),
    "script mode": ({**BINARY, "sagemaker_program": "train.py"}, "script mode (sagemaker_program) is not executed"),
    "cross validation": ({**BINARY, "_kfold": "5"}, "cross validation (_kfold) is not executed by this engine"),
    "graphics": ({**BINARY, "tree_method": "gpu_hist"}, "training on GPUs (tree_method gpu_hist) is not executed"),
    "labels": ({**BINARY, "objective": "count:poisson", "eval_metric": "rmse", "num_class": "3"}, "AlgorithmError"),
}


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html")
@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_hyperparameters_fail_the_job_in_awss_words(xgboost: Xgboost, data: dict[str, str], fault: str) -> None:
    hyperparameters, reason = FAULTS[fault]
    job = xgboost.train(hyperparameters, data)
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: framework error:")
    assert reason in job["FailureReason"]
    assert job["FailureReason"].endswith(", exit code: 1")


@pytest.mark.parametrize(
    ("text", "content_type", "reason"),
    [
        ("label,first\n1,2\n0,3\n", "text/csv", "First line 'label,first...' of file 'a.csv' is not 'CSV' format"),
        ("2,1\n5,3\n", "text/csv", "base_score must be in (0,1) for the logistic loss"),
        ("-1,1\n", "text/csv;label_size=1", "UserError: ["),
        ("", "text/csv", "UserError: No data in training channel path /opt/ml/input/data/train"),
        ("1\n0\n", "text/csv", "1 column(s) leave none for features"),
        ("yes 0:1\n", "text/libsvm", "First line 'yes 0:1...' of file 'a.csv' is not 'LIBSVM' format"),
        ("1,2\n", "text/tsv", "text/tsv is not an accepted ContentType: csv, libsvm, parquet"),
        ("1,2\n", "text/csv;label_size=2", "Optional parameter label_size must be equal to 1"),
        ("1,2\n", "application/x-recordio-protobuf", "ContentType application/x-recordio-protobuf is not executed"),
    ],
)
def test_wrong_data_fails_the_job(xgboost: Xgboost, text: str, content_type: str, reason: str) -> None:
    uri = xgboost.put(f"data/wrong-{abs(hash((text, content_type)))}/a.csv", text)
    job = xgboost.train(BINARY, {"train": uri}, content_type=content_type)
    assert job["TrainingJobStatus"] == "Failed"
    assert reason in job["FailureReason"]


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("test", "UserError: Missing required channel: train"),
        ("code", "UserError: Missing required channel: train"),
    ],
)
def test_the_train_channel_is_required(xgboost: Xgboost, data: dict[str, str], channel: str, reason: str) -> None:
    job = xgboost.train(BINARY, {channel: data["train"]})
    assert reason in job["FailureReason"]


@pytest.mark.parametrize(
    ("channel", "reason"),
    [("test", "UserError: Extraneous channel found: test"), ("code", "script mode (the channel code) is not executed")],
)
def test_other_channels_are_refused(xgboost: Xgboost, data: dict[str, str], channel: str, reason: str) -> None:
    job = xgboost.train(BINARY, {"train": data["train"], channel: data["train"]})
    assert reason in job["FailureReason"]


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html")
def test_a_spot_job_resumes_from_its_checkpoints(xgboost: Xgboost, data: dict[str, str]) -> None:
    more = {
        "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints"},
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 180, "MaxWaitTimeInSeconds": 360},
    }
    first = xgboost.train({**BINARY, "num_round": "8"}, data, **more)
    assert first["TrainingJobStatus"] == "Completed", first.get("FailureReason")
    kept = xgboost.objects(f"s3://{BUCKET}/checkpoints/")
    assert sorted(kept) == [f"xgboost-checkpoint.{number}" for number in range(3, 8)]
    second = xgboost.train({**BINARY, "num_round": "12"}, data, **more)
    log = xgboost.log(second["TrainingJobName"])
    assert any("Resuming from iteration 8" in line for line in log)
    assert [line.partition("#")[0] for line in log if "#011" in line] == ["[8]", "[9]", "[10]", "[11]"]
    assert second["BillableTimeInSeconds"] == second["TrainingTimeInSeconds"], "a spot job is never interrupted here"


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html")
def test_two_hosts_train_one_model_from_their_shards(xgboost: Xgboost) -> None:
    for part in range(2):
        xgboost.put(f"data/shards/part-{part}.csv", rows(200, 10 + part))
    uri = f"s3://{BUCKET}/data/shards/"
    hyperparameters = {**BINARY, "tree_method": "hist", "eval_metric": "logloss"}
    job = xgboost.train(hyperparameters, {"train": uri}, count=2, distribution="ShardedByS3Key")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    name = job["TrainingJobName"]
    for host in ("algo-1", "algo-2"):
        assert any("Train matrix has 200 rows" in line for line in xgboost.log(name, host))
    assert sum("#011train-logloss" in line for line in xgboost.log(name, "algo-1")) == 20
    assert not any("#011train-logloss" in line for line in xgboost.log(name, "algo-2"))
    assert list(xgboost.artifact(job)) == ["xgboost-model"]
    alone = xgboost.train(hyperparameters, {"train": uri})
    [together], [single] = ([item["Value"] for item in j["FinalMetricDataList"]] for j in (job, alone))
    assert together == pytest.approx(single, abs=0.02)


def test_a_host_without_data_steps_back(xgboost: Xgboost, data: dict[str, str]) -> None:
    job = xgboost.train(BINARY, {"train": data["train"]}, count=2, distribution="ShardedByS3Key")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert "Host algo-2 does not have train data" in "\n".join(xgboost.log(job["TrainingJobName"], "algo-2"))


def test_a_job_that_is_stopped_keeps_its_model_so_far_when_told_to(xgboost: Xgboost, data: dict[str, str]) -> None:
    hyperparameters = {**BINARY, "num_round": "100000", "save_model_on_termination": "true"}
    name = xgboost.start(hyperparameters, {"train": data["train"]})
    while not any("#011" in line for line in xgboost.log(name)):
        assert xgboost.client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "InProgress"
    xgboost.client.stop_training_job(TrainingJobName=name)
    job = xgboost.ended(name)
    assert job["TrainingJobStatus"] == "Stopped"
    assert "xgboost-model" in xgboost.artifact(job)


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html")
def test_a_role_that_may_not_pull_fails_the_job(xgboost: Xgboost, data: dict[str, str]) -> None:
    job = xgboost.train(BINARY, data, role="arn:aws:iam::111122223333:role/Unpulling")
    assert job["TrainingJobStatus"] == "Failed"
    assert "ecr:GetAuthorizationToken" in job["FailureReason"]


def test_a_tag_that_nothing_stands_in_for_fails_the_job_by_name(xgboost: Xgboost, data: dict[str, str]) -> None:
    image = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:0.90-2"
    job = xgboost.train(BINARY, data, image=image)
    assert "no stand-in of it; it stands in for these images of AWS's" in job["FailureReason"]
    assert "sagemaker-xgboost: 1.7-1, 3.0-5, 3.2-0" in job["FailureReason"]


def test_parquet_is_read_as_csv_is(xgboost: Xgboost, trained: dict[str, Any], data: dict[str, str]) -> None:
    """The environment of the stand-in writes the file, since the engine's own has nothing for Parquet."""
    environments = xgboost.engine.home / "images" / "environments"
    environment = next(path.parents[3] for path in environments.glob("*/lib/*/site-packages/polars"))
    program = "import polars, sys; polars.read_csv(sys.stdin.buffer, has_header=False).write_parquet(sys.argv[1]); "
    target = xgboost.engine.home / "rows.parquet"
    python = environment / "bin" / "python"
    subprocess.run([python, "-c", program, target], input=rows(400, 1).encode(), check=True)
    xgboost.engine.client("s3").upload_file(str(target), BUCKET, "data/parquet/a.parquet")
    hyperparameters = {**BINARY, "eval_metric": "auc"}
    uri = f"s3://{BUCKET}/data/parquet/"
    parquet = xgboost.train(hyperparameters, {"train": uri}, content_type="application/x-parquet")
    csv = xgboost.train(hyperparameters, {"train": data["train"]})
    assert parquet["TrainingJobStatus"] == "Completed", parquet.get("FailureReason")
    [first], [second] = ([item["Value"] for item in job["FinalMetricDataList"]] for job in (parquet, csv))
    assert first == second


def test_a_processing_jobs_python_is_the_images(xgboost: Xgboost) -> None:
    name = f"processing-{uuid.uuid4().hex[:8]}"
    script = "import os, pathlib, xgboost\nout = pathlib.Path(os.environ['SAGEMAKER_BASE_DIR'], 'processing/out')\n"
    uri = xgboost.put("code/script.py", f"{script}(out / 'version.txt').write_text(xgboost.__version__)\n")
    base = "/opt/ml/processing"
    s3 = {"S3DataType": "S3Prefix", "S3InputMode": "File"}
    out = {"S3Uri": f"s3://{BUCKET}/processed/{name}", "LocalPath": f"{base}/out", "S3UploadMode": "EndOfJob"}
    xgboost.client.create_processing_job(
        ProcessingJobName=name,
        RoleArn=ROLE,
        AppSpecification={"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", f"{base}/code/script.py"]},
        ProcessingInputs=[{"InputName": "code", "S3Input": {"S3Uri": uri, "LocalPath": f"{base}/code", **s3}}],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": out}]},
        ProcessingResources={"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}},
    )
    deadline = time.monotonic() + 60
    while (job := xgboost.client.describe_processing_job(ProcessingJobName=name))[
        "ProcessingJobStatus"
    ] == "InProgress":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert xgboost.objects(f"s3://{BUCKET}/processed/{name}/") == {"version.txt": b"3.2.0"}
