"""Serverless endpoints: instances come with the requests and go when they are idle."""

from __future__ import annotations

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Hosted, eventually, variant

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html")


def serverless(model: str, most: int = 5, **more: Any) -> dict[str, Any]:
    """A serverless variant."""
    config = {"MemorySizeInMB": 2048, "MaxConcurrency": most, **more}
    return {"VariantName": "AllTraffic", "ModelName": model, "ServerlessConfig": config}


def serving(hosted: Hosted, most: int = 5, **more: Any) -> str:
    """A serverless endpoint in service."""
    name = hosted.endpoint(hosted.config(serverless(hosted.model("m"), most, **more)))
    found = hosted.settled(name)
    assert found["EndpointStatus"] == "InService", found["FailureReason"]
    return name


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def total(hosted: Hosted, name: str, metric: str) -> float:
    now = time.time()
    points = hosted.account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}],
        StartTime=now - 300,
        EndTime=now + 60,
        Period=3600,
        Statistics=["SampleCount"],
    )["Datapoints"]
    return sum(point["SampleCount"] for point in points)


def test_a_process_comes_with_the_first_request_and_goes_when_it_is_idle(hosted: Hosted) -> None:
    name = serving(hosted)
    first = hosted.invoke(name)["pid"]
    assert hosted.invoke(name)["pid"] == first
    # Five minutes of the engine's clock are five seconds of this one's.
    eventually(lambda: not is_running(first))
    assert hosted.invoke(name)["pid"] != first
    assert eventually(lambda: total(hosted, name, "ModelSetupTime") == 2)
    assert eventually(lambda: total(hosted, name, "Invocations") == 3)


def test_requests_at_once_have_a_process_each(hosted: Hosted) -> None:
    name = serving(hosted)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: hosted.invoke(name, "sleep=2")["pid"], range(3)))
    assert len(set(answers)) == 3


def test_more_requests_at_once_than_max_concurrency_are_throttled(hosted: Hosted, tmp_path: Path) -> None:
    name = serving(hosted, 1)
    account = hosted.account.running
    once = account.session().client(
        "sagemaker-runtime", endpoint_url=account.url, config=Config(retries={"total_max_attempts": 1})
    )
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(hosted.invoke, name, f"until={tmp_path / 'refused'}")
        eventually((tmp_path / "refused.awaited").exists)
        with pytest.raises(ClientError) as error:
            once.invoke_endpoint(EndpointName=name, Body="x")
        (tmp_path / "refused").touch()
        assert slow.result()["model"] == "m"
    assert error.value.response["Error"]["Code"] == "ThrottlingException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert once.invoke_endpoint(EndpointName=name, Body="x")["InvokedProductionVariant"] == "AllTraffic"


def test_provisioned_instances_stay(hosted: Hosted) -> None:
    name = serving(hosted, 2, ProvisionedConcurrency=1)
    first = hosted.invoke(name)["pid"]
    time.sleep(7)
    assert hosted.invoke(name)["pid"] == first
    assert total(hosted, name, "ModelSetupTime") == 0


def test_the_concurrency_of_a_live_endpoint_is_changed(hosted: Hosted) -> None:
    name = serving(hosted, 2)
    wanted: dict[str, Any] = {"VariantName": "AllTraffic", "ServerlessUpdateConfig": {"MaxConcurrency": 3}}
    hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=[wanted])
    found = hosted.settled(name)["ProductionVariants"][0]
    assert found["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 3}
    wanted["ServerlessUpdateConfig"] = {"ProvisionedConcurrency": 4}
    with pytest.raises(ClientError, match="ProvisionedConcurrency must be less than or equal to MaxConcurrency"):
        hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=[wanted])
    wanted = {"VariantName": "AllTraffic", "DesiredInstanceCount": 2}
    with pytest.raises(ClientError, match="has instances, or a ServerlessUpdateConfig, and not both"):
        hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=[wanted])


def test_a_model_that_does_not_start_fails_the_endpoint(hosted: Hosted) -> None:
    found = hosted.settled(hosted.endpoint(hosted.config(serverless(hosted.model("m", CRASH="1")))))
    assert found["EndpointStatus"] == "Failed"
    assert found["FailureReason"].startswith(
        "Unable to successfully stand up your model within the allotted 180 second timeout."
    )
    assert "its process ended with exit code 7" in found["FailureReason"]


def test_a_body_above_four_megabytes_is_refused(hosted: Hosted) -> None:
    name = serving(hosted)
    with pytest.raises(ClientError, match="HTTP content length exceeded 4194304 bytes"):
        hosted.runtime.invoke_endpoint(EndpointName=name, Body=bytes(4194305))


def test_a_serverless_endpoint_gets_instances_and_never_the_other_way_round(hosted: Hosted) -> None:
    name = serving(hosted)
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=hosted.config(variant(hosted.model("new"))))
    found = hosted.settled(name)
    assert (found["ProductionVariants"][0]["CurrentInstanceCount"], hosted.invoke(name)["model"]) == (1, "new")
    config = hosted.config(serverless(hosted.model("old")))
    with pytest.raises(ClientError, match="Cannot update an instance-based endpoint to a serverless endpoint"):
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config)


CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": f"s3://{BUCKET}/capture",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
ASYNC = {"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/async"}}


@pytest.mark.parametrize(
    ("of_variant", "of_config", "message"),
    [
        pytest.param({}, {"DataCaptureConfig": CAPTURE}, "do not support DataCaptureConfig", id="capture"),
        pytest.param({}, {"AsyncInferenceConfig": ASYNC}, "do not support AsyncInferenceConfig", id="asynchronous"),
        pytest.param({"InstanceType": "ml.m5.large"}, {}, "InstanceType may not be given", id="type"),
        pytest.param({"InitialInstanceCount": 1}, {}, "InitialInstanceCount may not be given", id="count"),
        pytest.param(
            {"ServerlessConfig": {"MemorySizeInMB": 1500, "MaxConcurrency": 1}},
            {},
            "MemorySizeInMB must be",
            id="memory",
        ),
    ],
)
def test_what_serverless_endpoints_exclude_is_refused(
    hosted: Hosted, of_variant: dict[str, Any], of_config: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        hosted.config({**serverless(hosted.model("m")), **of_variant}, **of_config)


def test_several_serverless_variants_are_refused(hosted: Hosted) -> None:
    model = hosted.model("m")
    with pytest.raises(ClientError, match="do not support multiple production variants"):
        hosted.config(serverless(model), {**serverless(model), "VariantName": "other"})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({"EnableNetworkIsolation": True}, "do not support network isolation", id="isolation"),
        pytest.param(
            {"VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "a VPC configuration", id="network"
        ),
        pytest.param({"Containers": [{"Image": IMAGE}] * 2}, "do not support inference pipelines", id="pipeline"),
        pytest.param(
            {"Containers": [{"Image": IMAGE, "Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/many"}]},
            "do not support multi-model endpoints",
            id="many",
        ),
    ],
)
def test_models_that_serverless_endpoints_exclude_are_refused(
    hosted: Hosted, more: dict[str, Any], message: str
) -> None:
    name = f"model-{uuid.uuid4().hex[:8]}"
    containers = {"Containers": [{"Image": IMAGE}], **more}
    hosted.client.create_model(ModelName=name, ExecutionRoleArn=ROLE, **containers)
    with pytest.raises(ClientError, match=message):
        hosted.config(serverless(name))
