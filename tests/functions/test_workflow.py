"""functions/workflow: what the jobs of the Glue workflow ask of SageMaker, tell of their run, and leave behind."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config import configuration, sagemaker_pipeline, training

SCRIPT = Path(__file__).parents[2] / "functions" / "workflow" / "steps.py"
IMAGE = "jobs@sha256:1"
PACKAGE = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/shop/1"
MODEL = "s3://artifacts/runs/r/train/shop-train-j-1/output/model.tar.gz"
HOLDOUT = 'plan,churn\nbasic,no\n"a\nb",yes\n'
CONFIGURATION: dict[str, Any] = {
    "dataset": {"uri": "a.csv", "target": "churn", "columns": [{"name": "plan", "type": "category"}]},
    "evaluate": {"positiveClass": "yes", "threshold": 0.8},
}


class Account:
    """Workflow runs, jobs and endpoints in memory."""

    def __init__(self) -> None:
        config = configuration.resolve(CONFIGURATION)
        given = training.training(config, IMAGE, "eu-west-1")
        execution = {"config": config, "training": given, "image": IMAGE}
        definition = sagemaker_pipeline.definition(execution)
        self.properties = {one["Name"]: "7" for one in definition["Parameters"]}
        self.properties |= {"Run": "s3://artifacts/runs/r", "Prefix": "shop", "job": "j", "Metric": "roc_auc"}
        self.properties |= {"Direction": "maximize", "Threshold": "0.8", "evaluation_threshold": "0.8"}
        self.properties |= {"endpoint_name": "shop-check-j", "Image": IMAGE, "TrainingImage": IMAGE}
        self.objects: dict[str, str] = {
            "packages/d.json": json.dumps(definition),
            "runs/r/execution.json": json.dumps(execution),
            "runs/r/prepare/holdout/holdout.csv": HOLDOUT,
        }
        self.measured({"roc_auc": 0.9, "accuracy": 1.0})
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures: dict[str, list[dict[str, str]]] = {}
        self.labels = ["no", "yes"]
        self.endpoint = {"EndpointStatus": "InService"}

    def measured(self, metrics: dict[str, float]) -> None:
        self.objects["runs/r/evaluate/evaluation.json"] = json.dumps({"metrics": metrics})

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [request for name, request in self.calls if name == operation]

    def get_workflow_run_properties(self, **_: str) -> dict[str, Any]:
        return {"RunProperties": dict(self.properties)}

    def put_workflow_run_properties(self, *, RunProperties: dict[str, str], **_: str) -> None:  # noqa: N803
        self.properties |= RunProperties

    def get_object(self, *, Key: str, **_: str) -> dict[str, Any]:  # noqa: N803
        return {"Body": io.BytesIO(self.objects[Key].encode())}

    def get_paginator(self, _: str) -> Any:
        def paginate(*, Prefix: str, **_: str) -> list[dict[str, Any]]:  # noqa: N803
            return [{"Contents": [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]}]

        return SimpleNamespace(paginate=paginate)

    def invoke_endpoint(self, *, Body: bytes, **request: str) -> dict[str, Any]:  # noqa: N803
        self.calls.append(("invoke_endpoint", request | {"Body": json.loads(Body)}))
        return {"Body": io.BytesIO(json.dumps({"predictions": [{"label": one} for one in self.labels]}).encode())}

    def describe_endpoint(self, **_: str) -> dict[str, str]:
        return self.endpoint

    def create_model_package(self, **request: Any) -> dict[str, str]:
        self.calls.append(("create_model_package", request))
        return {"ModelPackageArn": PACKAGE}

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:
            self.calls.append((operation, request))
            kind = operation.split("_")[1].title()
            name = request.get(f"{kind}JobName", "")
            if not operation.startswith("describe"):
                return {f"{kind}JobArn": f"arn:{name}"}
            failure = self.failures[name].pop(0) if self.failures.get(name) else {}
            status = {f"{kind}JobStatus": "Failed", **failure} if failure else {f"{kind}JobStatus": "Completed"}
            return {**status, "ModelArtifacts": {"S3ModelArtifacts": MODEL}}

        return call


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def steps(account: Account, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SCRIPT.parent)
    spec = importlib.util.spec_from_file_location("workflow_steps", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("run", "check"):
        part = importlib.import_module(f"workflow.{name}")
        monkeypatch.setattr(part, "boto3", SimpleNamespace(client=lambda _: account))
    monkeypatch.setattr(importlib.import_module("workflow.run"), "time", SimpleNamespace(sleep=lambda _: None))
    return module


def do(module: ModuleType, names: str = "Prepare,Train,Evaluate,Gate,Check,Register") -> None:
    words = ["--steps", names, "--definition", "s3://artifacts/packages/d.json", "--TempDir", "ignored"]
    module.main([*words, "--WORKFLOW_NAME", "shop-training", "--WORKFLOW_RUN_ID", "wr_1"])


def test_the_jobs_are_those_of_the_definition_with_the_runs_values(steps: ModuleType, account: Account) -> None:
    do(steps)
    prepare, evaluate = account.asked("create_processing_job")
    (train,) = account.asked("create_training_job")
    assert prepare["ProcessingJobName"] == "shop-prepare-j-1"
    assert prepare["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://artifacts/runs/r/execution.json"
    assert (train["ResourceConfig"]["InstanceCount"], train["HyperParameters"]["max_depth"]) == (7, "7")
    assert evaluate["ProcessingInputs"][0]["S3Input"]["S3Uri"] == MODEL


def test_the_package_and_its_model_are_told_to_whoever_watches(steps: ModuleType, account: Account) -> None:
    do(steps)
    (package,) = account.asked("create_model_package")
    assert package["CustomerMetadataProperties"]["value"] == "0.9"
    assert package["InferenceSpecification"]["Containers"] == [{"Image": IMAGE, "ModelDataUrl": MODEL}]
    told = account.properties
    assert (told["model_package_arn"], told["model_data_url"]) == (PACKAGE, MODEL)
    assert [told[f"{name}_job"] for name in ("prepare", "train", "evaluate")] == [
        "arn:shop-prepare-j-1",
        "arn:shop-train-j-1",
        "arn:shop-evaluate-j-1",
    ]


@pytest.mark.parametrize(
    ("direction", "value", "registered"),
    [("maximize", 0.8, True), ("maximize", 0.79, False), ("minimize", 0.8, True), ("minimize", 0.81, False)],
)
def test_a_closed_gate_ends_the_steps_without_a_fault(
    steps: ModuleType, account: Account, direction: str, value: float, registered: bool
) -> None:
    account.properties["Direction"] = direction
    account.measured({"roc_auc": value, "accuracy": 1.0})
    do(steps)
    assert ("model_package_arn" in account.properties) is registered
    assert bool(account.asked("create_endpoint")) is registered
    assert "failure" not in account.properties


def test_the_live_endpoint_gets_rows_without_the_target_and_is_removed(steps: ModuleType, account: Account) -> None:
    do(steps)
    (request,) = account.asked("invoke_endpoint")
    assert request["Body"] == {"instances": [{"plan": "basic"}, {"plan": "a\nb"}]}
    assert account.properties["live_accuracy"] == "1.0"
    removed = [operation for operation, _ in account.calls if operation.startswith("delete")]
    assert removed == ["delete_endpoint", "delete_endpoint_config", "delete_model"]


def test_held_out_rows_that_spark_left_in_pieces_are_one_table(steps: ModuleType, account: Account) -> None:
    del account.objects["runs/r/prepare/holdout/holdout.csv"]
    for number, row in enumerate(("basic,no", '"a\nb",yes'), start=1):
        account.objects[f"runs/r/prepare/holdout/holdout-00000{number}.csv"] = f"plan,churn\n{row}\n"
    do(steps)
    (request,) = account.asked("invoke_endpoint")
    assert request["Body"] == {"instances": [{"plan": "basic"}, {"plan": "a\nb"}]}


@pytest.mark.parametrize("labels", [["yes", "no"], ["no"]], ids=["other answers", "too few answers"])
def test_an_endpoint_that_does_not_answer_as_evaluated_stops_the_registration(
    steps: ModuleType, account: Account, labels: list[str]
) -> None:
    account.labels = labels
    with pytest.raises(steps.StepFailed, match=r"of the rows, Evaluate said 1\.0000"):
        do(steps)
    assert account.properties["failed_step"] == "Check"
    assert not account.asked("create_model_package")
    assert account.asked("delete_endpoint") == [{"EndpointName": "shop-check-j"}]


def test_an_endpoint_that_fails_is_removed_and_its_reason_told(steps: ModuleType, account: Account) -> None:
    account.endpoint = {"EndpointStatus": "Failed", "FailureReason": "the ping failed"}
    with pytest.raises(steps.StepFailed, match="the ping failed"):
        do(steps)
    assert account.asked("delete_model") == [{"ModelName": "shop-check-j"}]


def test_a_job_that_fails_is_told_with_its_message_and_nothing_follows(steps: ModuleType, account: Account) -> None:
    account.failures["shop-prepare-j-1"] = [{"FailureReason": "AlgorithmError", "ExitMessage": "no column x"}]
    with pytest.raises(steps.StepFailed, match="AlgorithmError no column x"):
        do(steps)
    assert (account.properties["failed_step"], account.properties["failure"]) == (
        "Prepare",
        "AlgorithmError no column x",
    )
    assert not account.asked("create_training_job")


def test_a_job_without_capacity_is_tried_again_under_another_name(steps: ModuleType, account: Account) -> None:
    account.failures["shop-train-j-1"] = [{"FailureReason": "CapacityError: none left"}]
    do(steps)
    assert [job["TrainingJobName"] for job in account.asked("create_training_job")] == [
        "shop-train-j-1",
        "shop-train-j-2",
    ]
    assert account.properties["train_job"] == "arn:shop-train-j-2"


def test_what_never_finds_an_instance_fails_after_four_attempts(steps: ModuleType, account: Account) -> None:
    refused = {"Error": {"Code": "ResourceLimitExceeded", "Message": "no more"}}

    def create(**request: Any) -> None:
        account.calls.append(("tried", request))
        raise ClientError(refused, "CreateTrainingJob")  # type: ignore[arg-type]

    account.__dict__["create_training_job"] = create
    with pytest.raises(ClientError, match="no more"):
        do(steps, "Train")
    assert len(account.asked("tried")) == 4
    assert "ResourceLimitExceeded" in account.properties["failure"]
