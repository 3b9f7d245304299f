"""Endpoints whose containers have many models, each loaded when it is first asked for."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Hosted, eventually, model_archive, variant

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/build-multi-model-build-container.html")


class Many:
    """An endpoint with a prefix of models."""

    def __init__(self, hosted: Hosted, count: int = 1, setting: str = "Enabled", **environment: str) -> None:
        self.hosted = hosted
        self.prefix = f"many/{uuid.uuid4().hex[:8]}"
        container = {
            "Image": IMAGE,
            "Mode": "MultiModel",
            "ModelDataUrl": f"s3://{BUCKET}/{self.prefix}/",
            "MultiModelConfig": {"ModelCacheSetting": setting},
            "Environment": environment,
        }
        self.model = f"many-{uuid.uuid4().hex[:8]}"
        hosted.client.create_model(ModelName=self.model, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        self.name = hosted.endpoint(hosted.config(variant(self.model, count)))
        found = hosted.settled(self.name)
        assert found["EndpointStatus"] == "InService", found["FailureReason"]

    def put(self, *names: str) -> None:
        """Models whose answers say their names."""
        for name in names:
            self.hosted.account.put(f"{self.prefix}/{name}.tar.gz", model_archive(name))

    def invoke(self, name: str, body: str = "x") -> dict[str, Any]:
        return self.hosted.invoke(self.name, body, TargetModel=f"{name}.tar.gz")

    def log(self) -> str:
        return self.hosted.account.log(f"/aws/sagemaker/Endpoints/{self.name}")

    def loads(self, name: str) -> int:
        return self.log().count(f"loading {name}.tar.gz")

    def sum(self, metric: str) -> float:
        now = time.time()
        points = self.hosted.account.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[{"Name": "EndpointName", "Value": self.name}, {"Name": "VariantName", "Value": "AllTraffic"}],
            StartTime=now - 300,
            EndTime=now + 60,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)


@pytest.fixture
def many(hosted: Hosted) -> Callable[..., Many]:
    return lambda *args, **environment: Many(hosted, *args, **environment)


def test_a_model_is_loaded_when_it_is_first_asked_for(many: Callable[..., Many]) -> None:
    endpoint = many()
    endpoint.put("a")
    assert [endpoint.invoke("a")["model"] for _ in range(2)] == ["a", "a"]
    endpoint.put("nested/b")
    told = endpoint.invoke("nested/b")
    assert (told["model"], told["target"]) == ("nested/b", "nested/b.tar.gz")
    eventually(lambda: (endpoint.loads("a"), endpoint.loads("nested/b")) == (1, 1))
    assert eventually(lambda: endpoint.sum("ModelCacheHit") == 1)
    assert eventually(lambda: endpoint.sum("ModelLoadingTime") > 0)
    assert eventually(lambda: endpoint.sum("ModelDownloadingTime") > 0)


def test_requests_that_come_at_once_load_a_model_once(many: Callable[..., Many]) -> None:
    endpoint = many()
    endpoint.put("a")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: endpoint.invoke("a")["model"], range(8)))
    assert answers == ["a"] * 8
    eventually(lambda: endpoint.loads("a") == 1)


def test_a_target_model_that_is_not_there_is_told_with_its_key(many: Callable[..., Many]) -> None:
    endpoint = many()
    key = f"{endpoint.prefix}/none.tar.gz"
    with pytest.raises(ClientError) as error:
        endpoint.invoke("none")
    assert error.value.response["Error"]["Code"] == "ValidationError"
    said = f"Failed to download model data(bucket: {BUCKET}, key: {key}). Please ensure that there is an object located"
    assert said in error.value.response["Error"]["Message"]
    endpoint.put("none")
    assert endpoint.invoke("none")["model"] == "none"


@pytest.mark.parametrize("content", [b"no archive", model_archive("cut")[:-20]], ids=["no archive", "cut"])
def test_data_that_is_no_archive_is_told_at_once_and_may_be_corrected(
    many: Callable[..., Many], content: bytes
) -> None:
    endpoint = many()
    endpoint.hosted.account.put(f"{endpoint.prefix}/a.tar.gz", content)
    began = time.monotonic()
    with pytest.raises(ClientError, match=r"a\.tar\.gz cannot be unpacked"):
        endpoint.invoke("a")
    assert time.monotonic() - began < 60
    endpoint.put("a")
    assert endpoint.invoke("a")["model"] == "a"


def test_a_model_that_does_not_load_is_the_containers_error(many: Callable[..., Many]) -> None:
    endpoint = many()
    endpoint.put("broken")
    with pytest.raises(ClientError, match=r'server error \(500\) from primary with message "this model is broken"'):
        endpoint.invoke("broken")


def test_the_model_that_was_not_used_for_longest_makes_room(many: Callable[..., Many]) -> None:
    endpoint = many(MOST="2")
    endpoint.put("a", "b", "c")
    for name in ("a", "b", "a", "c", "a"):
        assert endpoint.invoke(name)["model"] == name
    assert endpoint.invoke("b")["model"] == "b"
    eventually(lambda: endpoint.log().count("unloading") == 2)
    assert endpoint.loads("a") == 1
    assert eventually(lambda: endpoint.sum("ModelUnloadingTime") > 0)


def test_a_model_in_use_is_not_unloaded(many: Callable[..., Many], tmp_path: Path) -> None:
    endpoint = many(MOST="1")
    endpoint.put("a", "b")
    endpoint.invoke("a")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(endpoint.invoke, "a", f"until={tmp_path / 'refused'}")
        eventually((tmp_path / "refused.awaited").exists)
        with pytest.raises(ClientError, match=r'server error \(507\) from primary with message "no room"'):
            endpoint.invoke("b")
        (tmp_path / "refused").touch()
        assert slow.result()["model"] == "a"
    assert endpoint.invoke("b")["model"] == "b"


def test_without_a_cache_a_model_is_unloaded_and_deleted_after_its_request(many: Callable[..., Many]) -> None:
    endpoint = many(1, "Disabled")
    endpoint.put("a")
    home = Path(endpoint.hosted.account.running.home)
    assert endpoint.invoke("a")["model"] == "a"
    eventually(lambda: endpoint.log().count("unloading") == 1)
    eventually(lambda: not list((home / "sagemaker" / "endpoints" / endpoint.name).rglob("name.txt")))
    assert endpoint.invoke("a")["model"] == "a"


def test_a_model_is_asked_for_where_it_is_loaded(many: Callable[..., Many]) -> None:
    endpoint = many(2)
    endpoint.put("a")
    assert len({endpoint.invoke("a")["pid"] for _ in range(8)}) == 1


def test_a_container_that_died_loads_its_models_again(many: Callable[..., Many]) -> None:
    endpoint = many()
    endpoint.put("a")
    first = endpoint.invoke("a")["pid"]
    os.kill(first, signal.SIGKILL)

    def again() -> bool:
        try:
            told = endpoint.invoke("a")
        except ClientError:
            return False
        return bool(told["model"] == "a" and told["pid"] != first)

    assert eventually(again)


def test_a_request_without_a_target_model_is_refused_and_so_is_one_elsewhere(
    many: Callable[..., Many], hosted: Hosted
) -> None:
    endpoint = many()
    with pytest.raises(
        ClientError, match=f"Endpoint {endpoint.name} is a multi-model endpoint: a target model"
    ) as error:
        hosted.invoke(endpoint.name)
    assert error.value.response["Error"]["Code"] == "ValidationError"
    name = hosted.serving()
    with pytest.raises(ClientError, match=f"Endpoint {name} is not a multi-model endpoint and does not support target"):
        hosted.invoke(name, TargetModel="a.tar.gz")


def test_one_container_of_a_pipeline_may_have_many_models(hosted: Hosted) -> None:
    prefix = f"many/{uuid.uuid4().hex[:8]}"
    hosted.account.put(f"{prefix}/a.tar.gz", model_archive("a"))
    several = {"Image": IMAGE, "Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/{prefix}"}
    name = hosted.endpoint(hosted.config(variant(hosted.model_of(hosted.container("first"), several))))
    hosted.settled(name)
    told = hosted.invoke(name, TargetModel="a.tar.gz")
    assert (told["model"], '"model": "first"' in told["body"]) == ("a", True)
    with pytest.raises(ClientError, match="may have only one container of Mode MultiModel"):
        hosted.model_of(several, several)


def test_a_container_for_one_model_is_not_taken_for_one_of_several(hosted: Hosted) -> None:
    several = {"Image": IMAGE, "Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/many/"}
    unlabelled = {**several, "Image": IMAGE.replace("jobs", "unlabelled")}
    hosted.client.create_model(ModelName="unlabelled", PrimaryContainer=unlabelled, ExecutionRoleArn=ROLE)
    found = hosted.settled(hosted.endpoint(hosted.config(variant("unlabelled"))))
    assert "required com.amazonaws.sagemaker.capabilities.multi-models=true Docker label" in found["FailureReason"]
    deaf = {**several, "Environment": {"PING": "200", "DEAF": "1"}}
    hosted.client.create_model(ModelName="deaf", PrimaryContainer=deaf, ExecutionRoleArn=ROLE)
    found = hosted.settled(hosted.endpoint(hosted.config(variant("deaf"))))
    assert "it does not answer GET /models as a container for several models: 404" in found["FailureReason"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        pytest.param({"Mode": "MultiModel"}, "must be given a ModelDataUrl, the prefix of its models", id="prefix"),
        pytest.param(
            {"MultiModelConfig": {"ModelCacheSetting": "Enabled"}}, "MultiModelConfig may be given only", id="one"
        ),
    ],
)
def test_a_definition_that_is_not_one_of_many_models_is_refused(
    hosted: Hosted, members: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        hosted.client.create_model(
            ModelName="refused", PrimaryContainer={"Image": IMAGE, **members}, ExecutionRoleArn=ROLE
        )
