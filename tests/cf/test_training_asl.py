"""cf/training.asl.json: the state machine's way through its states."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cf import state_machine
from tests.cf.state_machine import Execution, Task, TaskFailed

PATH = Path(__file__).parents[2] / "cf" / "training.asl.json"
SUBSTITUTIONS = {
    "Partition": "aws",
    "Prefix": "a-prefix-of-32-letters-x-y-z-123",
    "ArtifactBucket": "artifacts",
    "KeyArn": "key",
    "JobRoleArn": "role",
    "AutopilotRoleArn": "autopilot-role",
    "SparkJob": "a-prefix-of-32-letters-x-y-z-123-prepare",
    "ModelPackageGroupArn": "group",
    "Orchestrator": "stepfunctions",
}
DEFINITION = state_machine.load(PATH, SUBSTITUTIONS)
STATES = DEFINITION["States"]
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/p/7"
CHAMPION = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/p/3"
FRESH = [
    "Reuse",
    "Champion",
    "Known",
    "Configure",
    "Orchestrator",
    "Preparation",
    "Prepare",
    "Tuning",
    "Train",
    "Containers",
    "Predictions",
    "Evaluate",
    "Evaluation",
    "Gate",
    "Register",
]
METRICS = {"roc_auc": 0.91, "log_loss": 0.3}
CANDIDATE = {
    "CandidateName": "trial-1",
    "FinalAutoMLJobObjectiveMetric": {"MetricName": "AUC", "Value": 0.9},
    "CandidateProperties": {
        "CandidateMetrics": [
            {"StandardMetricName": "AUC", "Value": 0.9, "Set": "Validation"},
            {"StandardMetricName": "F1", "Value": 0.8, "Set": "Validation"},
        ]
    },
    "InferenceContainers": [{"Image": "best", "ModelDataUrl": "s3://best", "Environment": {"MODEL_NAME": "m"}}],
}
SEARCHED = {"AutoMLJobStatus": "Completed", "BestCandidate": CANDIDATE}
# States of other orchestrators, tried in test_training_by_sagemaker.py and test_training_by_glue.py, and of an ending,
# whose own failure is not why it ended: test_training_autopilot.py.
ELSEWHERE = {"Start", "Watch", "Steps", "Reason", "Stop", "StartWorkflow", "WatchWorkflow", "StopWorkflow", "Halt"}


def given(
    metric: str = "roc_auc", direction: str = "maximize", threshold: float = 0.8, spot: bool = False
) -> dict[str, Any]:
    """An execution.json."""
    job = {"instanceType": "ml.m5.large", "volumeSizeInGB": 30, "maxRuntimeInSeconds": 600}
    return {
        "commit": "c0ffee",
        "dataVersion": "d1",
        "dataUri": "s3://data/datasets/d1/",
        "sourceUri": "config/data/a.csv",
        "trainingKey": "k1",
        "image": "repository@sha256:1",
        "training": {
            "image": "repository@sha256:1",
            "hyperParameters": {"eta": "0.1", "num_round": "5"},
            "metricDefinitions": [{"name": "validation:roc_auc", "regex": "roc_auc=(.*)"}],
            "channels": [
                {"name": name, "contentType": "text/csv", "path": f"prepare/{name}/", "distribution": "FullyReplicated"}
                for name in ("train", "validation")
            ],
            "containers": [{"image": "repository@sha256:1", "model": "train"}],
        },
        "config": {
            "prepare": job | {"engine": "processing"},
            "train": job
            | {"engine": "container", "instanceCount": 1, "spot": {"enabled": spot, "maxWaitInSeconds": 900}},
            "evaluate": job | {"metric": metric, "direction": direction, "threshold": threshold},
            "serving": {"test": {"instanceType": "ml.m5.large"}, "production": {"instanceType": "ml.m5.large"}},
        },
    }


def fails(error: str, cause: str = "") -> Task:
    def task(_: dict[str, Any]) -> Any:
        raise TaskFailed(error, cause)

    return task


def answers(value: Any) -> Task:
    return lambda _: value


def body(document: Any) -> Task:
    return answers({"Body": json.dumps(document)})


def evaluation(champion: dict[str, float] | None = None) -> Task:
    return body({"metrics": METRICS, "champion": {"metrics": champion} if champion else None})


def champion(package: str = CHAMPION) -> Task:
    value = {
        "modelPackageArn": package,
        "modelDataUrl": "s3://artifacts/runs/old/model.tar.gz",
        "run": "s3://artifacts/runs/old",
    }
    return answers({"Parameter": {"Value": json.dumps(value)}})


def package(measured_by: str) -> Task:
    """The champion's package."""
    container = {"Image": "i", "ImageDigest": "sha256:2", "ModelDataUrl": "s3://m", "Environment": {"A": "b"}}
    properties = {"measuredBy": measured_by}
    return answers({"InferenceSpecification": {"Containers": [container]}, "CustomerMetadataProperties": properties})


def tasks(**changed: Task) -> dict[str, Task]:
    """A first run in which everything goes well, but for what is changed."""
    return {
        "Reuse": fails("S3.NoSuchKeyException"),
        "Champion": fails("Ssm.ParameterNotFoundException"),
        "Package": package("model"),
        "Configure": answers({}),
        "Prepare": answers({}),
        "PrepareBySpark": answers({}),
        "Train": answers(
            {"ModelArtifacts": {"S3ModelArtifacts": "s3://artifacts/runs/run-1/train/j/output/model.tar.gz"}}
        ),
        "Tune": answers({"BestTrainingJob": {"TrainingJobName": "tune-1-002-abc"}}),
        "Autopilot": answers({"AutoMLJobArn": "arn"}),
        "Progress": answers(SEARCHED),
        "Candidates": answers({"Candidates": [CANDIDATE]}),
        "Leaderboard": answers({}),
        "Halt": answers({}),
        "Model": answers({}),
        "Predict": answers({}),
        "Forget": answers({}),
        "Evaluate": answers({}),
        "Evaluation": evaluation(),
        "Register": answers({"ModelPackageArn": PACKAGE}),
        "Save": answers({}),
    } | changed


def run(execution_input: dict[str, Any] | None = None, /, **changed: Task) -> Execution:
    return state_machine.run(DEFINITION, execution_input or given(), tasks(**changed))


def saved(champion_package: str = "-") -> dict[str, Any]:
    """What an earlier execution saved."""
    output = run().output
    run_before = "s3://artifacts/runs/run-0"
    return {**output, "commit": "older", "championPackageArn": champion_package, "run": run_before}


def test_a_first_run_goes_through_every_step() -> None:
    execution = run()
    assert execution.visited == [*FRESH, "Result", "Save"]
    assert execution.output == {
        "trainingKey": "k1",
        "commit": "c0ffee",
        "dataVersion": "d1",
        "run": "s3://artifacts/runs/run-1",
        "modelDataUrl": "s3://artifacts/runs/run-1/train/j/output/model.tar.gz",
        "modelPackageArn": PACKAGE,
        "metric": "roc_auc",
        "metrics": METRICS,
        "championPackageArn": "-",
        "championMetrics": None,
        "reportUri": "s3://artifacts/runs/run-1/evaluate/report.html",
        "reused": False,
    }


def test_the_result_is_saved_under_its_training_key() -> None:
    execution = run()
    (arguments,) = execution.arguments["Save"]
    assert (arguments["Bucket"], arguments["Key"]) == ("artifacts", "results/k1.json")
    assert arguments["Body"] == execution.output


def test_a_known_model_beside_the_same_champion_is_reused_at_once() -> None:
    execution = run(Reuse=body(saved(CHAMPION)), Champion=champion())
    assert execution.visited == ["Reuse", "Champion", "Package", "Known", "Reused"]
    assert execution.output == {**saved(CHAMPION), "commit": "c0ffee", "reused": True}


def test_the_champion_itself_is_reused_and_names_itself_as_champion() -> None:
    execution = run(Reuse=body(saved()), Champion=champion(PACKAGE))
    assert execution.visited[-1] == "Reused"
    assert execution.output["championPackageArn"] == PACKAGE
    assert execution.output["championMetrics"] == METRICS


def test_a_known_model_is_evaluated_again_when_the_champion_changed() -> None:
    execution = run(Reuse=body(saved()), Champion=champion(), Evaluation=evaluation({"roc_auc": 0.9}))
    before = ["Reuse", "Champion", "Package", "Known", "Predictions"]
    assert execution.visited == [*before, "Evaluate", "Evaluation", "Gate", "Result", "Save"]
    inputs = {
        item["InputName"]: item["S3Input"]["S3Uri"] for item in execution.arguments["Evaluate"][0]["ProcessingInputs"]
    }
    assert inputs == {
        "model": saved()["modelDataUrl"],
        "encoder": "s3://artifacts/runs/run-0/prepare/encoder",
        "holdout": "s3://artifacts/runs/run-0/prepare/holdout",
        "config": "s3://artifacts/runs/run-0/execution.json",
        "champion": "s3://artifacts/runs/old/model.tar.gz",
        "champion-encoder": "s3://artifacts/runs/old/prepare/encoder",
    }
    assert execution.output["reused"] is True
    assert execution.output["modelPackageArn"] == PACKAGE
    assert execution.output["championPackageArn"] == CHAMPION
    assert execution.output["championMetrics"] == {"roc_auc": 0.9}


def test_the_champion_is_measured_beside_the_candidate() -> None:
    execution = run(Champion=champion(), Evaluation=evaluation({"roc_auc": 0.9}))
    names = [item["InputName"] for item in execution.arguments["Evaluate"][0]["ProcessingInputs"]]
    assert names == ["model", "encoder", "holdout", "config", "champion", "champion-encoder"]
    assert execution.output["championMetrics"] == {"roc_auc": 0.9}


def test_a_champion_that_cannot_be_measured_has_no_metrics() -> None:
    execution = run(Champion=champion())
    assert (execution.output["championPackageArn"], execution.output["championMetrics"]) == (CHAMPION, None)


@pytest.mark.parametrize(
    ("metric", "direction", "threshold", "passes"),
    [
        ("roc_auc", "maximize", 0.8, True),
        ("roc_auc", "maximize", 0.91, True),
        ("roc_auc", "maximize", 0.92, False),
        ("log_loss", "minimize", 0.3, True),
        ("log_loss", "minimize", 0.2, False),
    ],
)
def test_the_gate_reads_metric_direction_and_threshold(
    metric: str, direction: str, threshold: float, passes: bool
) -> None:
    execution = run(given(metric, direction, threshold))
    assert ("Register" in execution.visited) is passes
    assert (execution.error == "Gate") is not passes


def test_a_model_below_the_threshold_fails_with_the_numbers() -> None:
    execution = run(given(threshold=0.95))
    assert execution.error == "Gate"
    assert execution.cause == (
        "Gate: roc_auc is 0.91; it must be at least 0.95, evaluate.threshold of config/ml-pipeline.json. "
        "Report: s3://artifacts/runs/run-1/evaluate/report.html"
    )


def on_the_way(step: str) -> dict[str, Any]:
    """An input whose execution enters the step."""
    document = given()
    if step == "Tune":
        document["training"]["tuning"] = {"job": {"Strategy": "Bayesian"}, "staticHyperParameters": {"eta": "0.1"}}
        document["config"]["train"]["tuning"] = {"maxRuntimeInSeconds": 3600}
    if step == "PrepareBySpark":
        document["preparation"] = {"code": "s3://artifacts/packages/jobs-1.zip"}
        document["config"]["prepare"] |= {"engine": "glue", "workerType": "G.2X", "workers": 4}
    if step in ("Autopilot", "Progress", "Candidates", "Leaderboard"):
        document["training"]["autopilot"] = {"AutoMLJobObjective": {"MetricName": "AUC"}}
    if step in ("Model", "Predict", "Forget"):
        document["training"]["measuredBy"] = "predictions"
    return document


def test_spark_prepares_instead_of_the_processing_job_and_all_else_stays() -> None:
    execution = run(on_the_way("PrepareBySpark"))
    expected = ["PrepareBySpark" if step == "Prepare" else step for step in FRESH]
    assert execution.visited == [*expected, "Result", "Save"]
    assert execution.arguments["PrepareBySpark"] == [
        {
            "JobName": "a-prefix-of-32-letters-x-y-z-123-prepare",
            "Arguments": {
                "--data": "s3://data/datasets/d1/",
                "--run": "s3://artifacts/runs/run-1",
                "--extra-py-files": "s3://artifacts/packages/jobs-1.zip",
            },
            "WorkerType": "G.2X",
            "NumberOfWorkers": 4,
            "Timeout": 10,
        }
    ]


def test_the_reason_of_a_failed_spark_job_is_its_error_message() -> None:
    description = json.dumps({"JobRunState": "FAILED", "ErrorMessage": "TableError: the data set holds no .csv file"})
    execution = run(on_the_way("PrepareBySpark"), PrepareBySpark=fails("States.TaskFailed", description))
    assert execution.error == "PrepareBySpark"
    assert execution.cause == "PrepareBySpark: States.TaskFailed: TableError: the data set holds no .csv file"


def test_tuning_trains_many_times_and_the_best_model_goes_on() -> None:
    document = on_the_way("Tune")
    document["training"]["tuning"]["warmStart"] = {"WarmStartType": "TransferLearning"}
    execution = run(document)
    assert "Train" not in execution.visited
    (arguments,) = execution.arguments["Tune"]
    assert re.fullmatch("tune-[0-9a-f]{16}-00", arguments["HyperParameterTuningJobName"])
    assert arguments["HyperParameterTuningJobConfig"] == {"Strategy": "Bayesian"}
    assert arguments["TrainingJobDefinition"]["StaticHyperParameters"] == {"eta": "0.1"}
    assert arguments["TrainingJobDefinition"]["OutputDataConfig"]["S3OutputPath"] == "s3://artifacts/runs/run-1/train"
    assert arguments["WarmStartConfig"] == {"WarmStartType": "TransferLearning"}
    best = "s3://artifacts/runs/run-1/train/tune-1-002-abc/output/model.tar.gz"
    assert execution.output["modelDataUrl"] == best


def test_tuning_that_ended_without_a_result_is_told_so() -> None:
    execution = run(on_the_way("Tune"), Tune=answers({"HyperParameterTuningJobName": "tune-1"}))
    assert (execution.error, "Evaluate" in execution.visited) == ("Tune", False)
    assert execution.cause == (
        "Tune: NoTraining: the job ended without a training that told its objective (job tune-1)"
    )


@pytest.mark.parametrize(
    "step", [name for name, state in STATES.items() if state["Type"] == "Task" and name not in ELSEWHERE]
)
def test_a_step_that_fails_ends_in_a_fail_that_names_it(step: str) -> None:
    champions = {"Champion": champion()} if step == "Package" else {}
    execution = run(on_the_way(step), **champions, **{step: fails("States.TaskFailed", "AccessDenied: not authorized")})
    assert (execution.visited[-1], execution.error) == ("Failed", step)
    assert execution.cause == f"{step}: States.TaskFailed: AccessDenied: not authorized"


@pytest.mark.parametrize("step", ["Prepare", "Train", "Tune", "Predict", "Evaluate"])
@pytest.mark.parametrize(
    ("description", "cause"),
    [
        pytest.param({"FailureReason": "AlgorithmError: bad"}, "AlgorithmError: bad", id="a reason"),
        pytest.param({"ExitMessage": 'no column "x"'}, 'no column "x"', id="a message"),
        pytest.param({"FailureReason": "see logs", "ExitMessage": "no x"}, "see logs no x", id="both"),
        pytest.param(
            {"FailureReason": "AlgorithmError: no x", "ExitMessage": "no x"}, "AlgorithmError: no x", id="once"
        ),
        pytest.param({"Other": 1}, '{"Other": 1}', id="neither"),
        pytest.param(
            {"TrainingJobName": "train-1", "FailureReason": "AlgorithmError: bad"},
            "AlgorithmError: bad (job train-1)",
            id="a name",
        ),
        pytest.param(
            {"TrainingJobName": "train-1", "TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded"},
            "the job ended as Stopped, MaxRuntimeExceeded (job train-1)",
            id="a time limit",
        ),
        pytest.param(
            {"HyperParameterTuningJobName": "tune-1", "HyperParameterTuningJobStatus": "Stopped"},
            "the job ended as Stopped (job tune-1)",
            id="stopped by hand",
        ),
    ],
)
def test_a_failed_jobs_reason_is_the_cause(step: str, description: dict[str, Any], cause: str) -> None:
    execution = run(on_the_way(step), **{step: fails("States.TaskFailed", json.dumps(description))})
    assert execution.visited.count(step) == 1
    assert execution.cause == f"{step}: States.TaskFailed: {cause}"


@pytest.mark.parametrize("step", ["Prepare", "Train", "Tune", "Predict", "Evaluate"])
@pytest.mark.parametrize(
    "reason", ["CapacityError: Unable to provision requested ML compute capacity", "InternalServerError"]
)
def test_a_job_without_capacity_is_tried_again_under_another_name(step: str, reason: str) -> None:
    execution = run(on_the_way(step), **{step: fails("States.TaskFailed", json.dumps({"FailureReason": reason}))})
    assert execution.visited.count(step) == 4
    assert [60 * 2**n <= 2 * wait <= 3 * 60 * 2**n for n, wait in enumerate(execution.arguments["Backoff"], 1)] == [
        True
    ] * 3
    members = ("TrainingJobName", "ProcessingJobName", "HyperParameterTuningJobName", "TransformJobName")
    names = [arguments[member] for arguments in execution.arguments[step] for member in members if member in arguments]
    assert len(set(names)) == 4


def test_job_names_are_sagemakers_and_differ_between_executions() -> None:
    names = []
    for execution_name in ("a", "b", "x" * 80):
        execution = state_machine.run(DEFINITION, given(), tasks(), execution_name)
        names += [execution.arguments[step][0]["ProcessingJobName"] for step in ("Prepare", "Evaluate")]
        names.append(execution.arguments["Train"][0]["TrainingJobName"])
    assert len(set(names)) == 9
    assert all(re.fullmatch("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name) for name in names)


def test_the_training_job_is_what_build_resolved() -> None:
    (arguments,) = run().arguments["Train"]
    assert arguments["HyperParameters"] == {"eta": "0.1", "num_round": "5"}
    assert arguments["AlgorithmSpecification"] == {
        "TrainingImage": "repository@sha256:1",
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "validation:roc_auc", "Regex": "roc_auc=(.*)"}],
    }
    sources = [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in arguments["InputDataConfig"]]
    assert sources == ["s3://artifacts/runs/run-1/prepare/train/", "s3://artifacts/runs/run-1/prepare/validation/"]


def test_an_image_of_awss_brings_its_metrics_along() -> None:
    built_in = given()
    del built_in["training"]["metricDefinitions"]
    (arguments,) = run(built_in).arguments["Train"]
    assert "MetricDefinitions" not in arguments["AlgorithmSpecification"]


def test_the_package_has_the_containers_that_build_resolved_with_their_models() -> None:
    encoder = {"image": "jobs", "model": "prepare/encoder/model.tar.gz", "environment": {"SERVE": "encode"}}
    several = given()
    several["training"]["containers"].insert(0, encoder)
    execution = run(several)
    (arguments,) = execution.arguments["Register"]
    assert arguments["InferenceSpecification"]["Containers"] == [
        {
            "Image": "jobs",
            "ModelDataUrl": "s3://artifacts/runs/run-1/prepare/encoder/model.tar.gz",
            "Environment": {"SERVE": "encode"},
        },
        {"Image": "repository@sha256:1", "ModelDataUrl": execution.output["modelDataUrl"]},
    ]


@pytest.mark.parametrize(
    ("spot", "condition"),
    [(False, {"MaxRuntimeInSeconds": 600}), (True, {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900})],
    ids=["on demand", "spot"],
)
def test_only_spot_training_waits_for_an_instance(spot: bool, condition: dict[str, int]) -> None:
    (arguments,) = run(given(spot=spot)).arguments["Train"]
    assert arguments["EnableManagedSpotTraining"] is spot
    assert arguments["StoppingCondition"] == condition


def test_the_registered_package_waits_for_approval_and_carries_its_origin() -> None:
    (arguments,) = run().arguments["Register"]
    assert arguments["ModelApprovalStatus"] == "PendingManualApproval"
    assert arguments["CustomerMetadataProperties"] == {
        "commit": "c0ffee",
        "dataVersion": "d1",
        "trainingKey": "k1",
        "execution": "run-1",
        "metric": "roc_auc",
        "value": "0.91",
        "engine": "container",
        "measuredBy": "model",
    }
    assert arguments["InferenceSpecification"]["SupportedRealtimeInferenceInstanceTypes"] == ["ml.m5.large"]


def test_the_code_of_the_jobs_has_no_network() -> None:
    assert STATES["Configure"]["Assign"]["trainingJob"]["EnableNetworkIsolation"] is True
    for step in ("Prepare", "Evaluate"):
        assert STATES[step]["Arguments"]["NetworkConfig"] == {"EnableNetworkIsolation": True}
