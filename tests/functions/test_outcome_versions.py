"""functions/outcome with deploy.mode multi-model: which versions an endpoint holds, and where they lie for it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/shop"
COLUMNS = [{"name": "minutes", "type": "number"}]


def execution(models: int = 3, **changes: Any) -> dict[str, Any]:
    """What a run was told, with changes of what it learnt."""
    learnt = {"columns": COLUMNS, "target": "churn", "task": "binary", "algorithm": "xgboost", **changes}
    train = {"algorithm": learnt.pop("algorithm")}
    deploy = {"mode": "multi-model", "multiModel": {"models": models}}
    return {"config": {"dataset": learnt, "train": train, "deploy": deploy}}


class Account:
    """As much of SageMaker and S3 as the function uses, in memory."""

    def __init__(self) -> None:
        self.packages: dict[str, dict[str, Any]] = {}
        self.approved: list[str] = []
        self.objects: dict[str, Any] = {}
        self.copies: dict[str, str] = {}

    def add(self, version: str, engine: str = "container", containers: int = 1, **changes: Any) -> None:
        """An approved version, newer than the ones before."""
        data = f"s3://artifacts/runs/{version}/model.tar.gz"
        self.packages[f"{ARN}/{version}"] = {
            "CustomerMetadataProperties": {"engine": engine, "trainingKey": f"key-{version}"},
            "InferenceSpecification": {"Containers": [{"Image": "jobs", "ModelDataUrl": data}] * containers},
        }
        self.approved.insert(0, f"{ARN}/{version}")
        result = {"modelPackageArn": f"{ARN}/{version}", "run": f"s3://artifacts/runs/{version}"}
        self.objects[f"results/key-{version}.json"] = result
        self.objects[f"runs/{version}/execution.json"] = execution(**changes)

    def get_paginator(self, operation: str) -> Account:
        assert operation == "list_model_packages"
        return self

    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        assert asked["ModelPackageGroupName"] == "shop"
        assert (asked["ModelApprovalStatus"], asked["SortOrder"]) == ("Approved", "Descending")
        return [{"ModelPackageSummaryList": [{"ModelPackageArn": arn}]} for arn in self.approved]

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:  # noqa: N803
        return self.packages[ModelPackageName]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(json.dumps(self.objects[Key]).encode())}

    def put_object(self, *, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803
        self.objects[Key] = json.loads(Body)

    def copy_object(self, *, CopySource: dict[str, str], Key: str, **encryption: str) -> None:  # noqa: N803
        assert encryption == {"Bucket": "artifacts", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}
        self.copies[Key] = CopySource["Key"]


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def outcome(load: Callable[..., ModuleType], account: Account, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    function = load("outcome", ARTIFACT_BUCKET="artifacts", KEY_ARN="key")
    monkeypatch.setattr(function, "SAGEMAKER", account)
    monkeypatch.setattr(function, "S3", account)
    return function


def chosen(outcome: ModuleType, version: str, models: int = 3) -> list[str]:
    """The versions that the endpoint of that one holds."""
    return outcome.model_template(f"{ARN}/{version}", execution(models)).split("/")[-2].split("-")  # type: ignore[no-any-return]


def test_a_first_version_is_held_alone(outcome: ModuleType, account: Account) -> None:
    account.add("1")
    account.approved = []
    assert chosen(outcome, "1") == ["1"]


def test_the_versions_approved_before_are_held_newest_first_as_many_as_configured(
    outcome: ModuleType, account: Account
) -> None:
    for version in ("1", "2", "3", "4"):
        account.add(version)
    account.approved.remove(f"{ARN}/4")  # nobody has approved this run yet
    assert chosen(outcome, "4") == ["4", "3", "2"]
    assert chosen(outcome, "4", models=2) == ["4", "3"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"engine": "xgboost", "containers": 3}, id="of three containers"),
        pytest.param({"columns": []}, id="of other columns"),
        pytest.param({"target": "left"}, id="of another target"),
        pytest.param({"algorithm": "logistic_regression"}, id="of another algorithm"),
    ],
)
def test_a_version_that_cannot_answer_what_the_champion_answers_is_left_out(
    outcome: ModuleType, account: Account, other: dict[str, Any]
) -> None:
    account.add("1")
    account.add("2", **other)
    account.add("3")
    assert chosen(outcome, "3") == ["3", "1"]


def test_a_version_whose_run_was_deleted_or_trained_anew_is_left_out(outcome: ModuleType, account: Account) -> None:
    for version in ("1", "2", "3", "4"):
        account.add(version)
    del account.objects["runs/1/execution.json"]
    del account.objects["results/key-2.json"]
    account.objects["results/key-3.json"]["modelPackageArn"] = f"{ARN}/4"
    assert chosen(outcome, "4") == ["4"]


def test_models_lie_below_a_prefix_of_their_numbers_the_champion_under_two_names(
    outcome: ModuleType, account: Account
) -> None:
    account.add("1")
    account.add("2")
    assert outcome.model_template(f"{ARN}/2", execution()) == "models/shop/multi-model/2-1/model.json"
    prefix = "models/shop/multi-model/2-1"
    assert account.copies == {
        f"{prefix}/champion.tar.gz": "runs/2/model.tar.gz",
        f"{prefix}/2.tar.gz": "runs/2/model.tar.gz",
        f"{prefix}/1.tar.gz": "runs/1/model.tar.gz",
    }
    template = account.objects[f"{prefix}/model.json"]
    (container,) = template["Resources"]["Model"]["Properties"]["Containers"]
    assert container == {
        "Image": "jobs",
        "Mode": "MultiModel",
        "ModelDataUrl": f"s3://artifacts/{prefix}/",
        "Environment": {"CHAMPION": "2"},
    }
    assert template["Outputs"]["Versions"]["Value"] == "2,1"


def test_the_packages_own_template_is_kept_beside_it_for_an_a_b_test(outcome: ModuleType, account: Account) -> None:
    account.add("1")
    outcome.model_template(f"{ARN}/1", execution())
    (container,) = account.objects["models/shop/1.json"]["Resources"]["Model"]["Properties"]["Containers"]
    assert container == {"Image": "jobs", "ModelDataUrl": "s3://artifacts/runs/1/model.tar.gz"}
