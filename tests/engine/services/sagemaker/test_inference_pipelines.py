"""Models of several containers: called one after the other, or one by one."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import IMAGE, ROLE, Hosted, eventually, model_archive, variant

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html")
DIRECT = {"InferenceExecutionConfig": {"Mode": "Direct"}}


def serving(hosted: Hosted, *containers: dict[str, Any], count: int = 1, **more: Any) -> str:
    """An endpoint in service with a model of `containers`."""
    name = hosted.endpoint(hosted.config(variant(hosted.model_of(*containers, **more), count)))
    found = hosted.settled(name)
    assert found["EndpointStatus"] == "InService", found["FailureReason"]
    return name


def test_each_container_gets_the_answer_of_the_one_before_it(hosted: Hosted) -> None:
    containers = [hosted.container(text, f"step-{text}", GREETING=f"hello {text}") for text in ("a", "b", "c")]
    name = serving(hosted, *containers)
    last = hosted.invoke(name, "x", Accept="text/plain", CustomAttributes="trace=7")
    middle = json.loads(last["body"])
    first = json.loads(middle["body"])
    assert [told["model"] for told in (first, middle, last)] == ["a", "b", "c"]
    assert [told["greeting"] for told in (first, middle, last)] == ["hello a", "hello b", "hello c"]
    assert (first["body"], first["type"], middle["type"]) == ("x", "text/csv", "application/json")
    assert [told["accept"] for told in (first, middle, last)] == ["*/*", "*/*", "text/plain"]
    assert {told["attributes"] for told in (first, middle, last)} == {"trace=7"}
    assert len({told["pid"] for told in (first, middle, last)}) == 3


def test_every_container_has_a_log_stream_that_names_it(hosted: Hosted) -> None:
    name = serving(hosted, hosted.container("a", "cleaner"), hosted.container("b", "predictor"))
    logs = hosted.account.client("logs")

    def streams() -> list[str]:
        found = logs.describe_log_streams(logGroupName=f"/aws/sagemaker/Endpoints/{name}")["logStreams"]
        return sorted(stream["logStreamName"].rsplit("/", 1)[-1] for stream in found)

    eventually(lambda: "serving" in hosted.account.log(f"/aws/sagemaker/Endpoints/{name}"))
    assert eventually(lambda: streams() == ["cleaner", "predictor"])


def test_the_error_of_a_container_is_the_callers_and_names_the_container(hosted: Hosted) -> None:
    name = serving(hosted, hosted.container("a"), hosted.container("b", FAIL="503"))
    with pytest.raises(ClientError, match=r"Received server error \(503\) from container-2 with message") as error:
        hosted.invoke(name)
    assert error.value.response["OriginalStatusCode"] == 503
    assert error.value.response["OriginalMessage"] == "told to fail"
    with pytest.raises(ClientError, match=r"Received client error \(400\) from container-1"):
        hosted.invoke(name, "status=400")


def test_an_answer_above_five_megabytes_does_not_go_to_the_next_container(hosted: Hosted) -> None:
    name = serving(hosted, hosted.container("a", "first", ANSWER_BYTES="5242881"), hosted.container("b", "second"))
    with pytest.raises(ClientError, match="payload from first to second is 5242881 bytes, which has exceeded") as error:
        hosted.invoke(name)
    assert error.value.response["Error"]["Code"] == "ModelError"


def test_an_endpoint_fails_by_the_containers_that_do_not_answer_a_ping(hosted: Hosted) -> None:
    model = hosted.model_of(hosted.container("a", "good"), hosted.container("b", "bad", CRASH="1"))
    found = hosted.settled(hosted.endpoint(hosted.config(variant(model))))
    assert found["EndpointStatus"] == "Failed"
    assert "The bad container for production variant AllTraffic did not pass the ping" in found["FailureReason"]


def test_a_container_that_dies_is_started_again(hosted: Hosted) -> None:
    name = serving(hosted, hosted.container("a"), hosted.container("b"))
    before = hosted.invoke(name)
    first = json.loads(before["body"])["pid"]
    os.kill(first, signal.SIGKILL)

    def again() -> dict[str, Any] | None:
        try:
            told = hosted.invoke(name)
        except ClientError:
            return None
        return told if json.loads(told["body"])["pid"] != first else None

    assert eventually(again)["pid"] == before["pid"]


def test_each_containers_time_is_a_metric(hosted: Hosted) -> None:
    name = serving(hosted, hosted.container("a", "first"), hosted.container("b", "second"))
    hosted.invoke(name)
    dimensions = {"EndpointName": name, "VariantName": "AllTraffic", "ContainerName": "second"}

    def counted() -> bool:
        now = time.time()
        points = hosted.account.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName="ContainerLatency",
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - 300,
            EndTime=now + 60,
            Period=3600,
            Statistics=["SampleCount"],
        )["Datapoints"]
        return sum(point["SampleCount"] for point in points) == 1

    assert eventually(counted)


def test_every_image_of_a_pipeline_is_shown_by_digest(hosted: Hosted) -> None:
    name = serving(hosted, hosted.container("a"), hosted.container("b"))
    images = hosted.client.describe_endpoint(EndpointName=name)["ProductionVariants"][0]["DeployedImages"]
    assert [image["ResolvedImage"].partition("@")[2] for image in images] == [f"sha256:{'0' * 64}"] * 2


def test_an_image_without_the_label_does_not_serve_in_a_pipeline(hosted: Hosted) -> None:
    unlabelled = {**hosted.container("b"), "Image": IMAGE.replace("jobs", "unlabelled")}
    found = hosted.settled(hosted.endpoint(hosted.config(variant(hosted.model_of(hosted.container("a"), unlabelled)))))
    assert (
        "does not contain required com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true Docker label"
        in (found["FailureReason"])
    )


def test_a_model_package_of_several_containers_is_a_pipeline(hosted: Hosted) -> None:
    group = f"group-{time.time_ns()}"
    hosted.client.create_model_package_group(ModelPackageGroupName=group)
    containers = []
    for text in ("a", "b"):
        url = hosted.account.put(f"packages/{group}/{text}.tar.gz", model_archive(text))
        named = {"ContainerHostname": f"step-{text}", "Environment": {"GREETING": f"hello {text}"}}
        containers.append({"Image": IMAGE, "ModelDataUrl": url, **named})
    specification = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": []}
    package = hosted.client.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={**specification, "Containers": containers},
    )["ModelPackageArn"]
    name = serving(hosted, {"ModelPackageName": package})
    last = hosted.invoke(name)
    assert (last["model"], last["greeting"], json.loads(last["body"])["model"]) == ("b", "hello b", "a")
    with pytest.raises(ClientError, match="Environment with a model package of several containers"):
        hosted.model_of({"ModelPackageName": package, "Environment": {"GREETING": "all"}})


def test_a_request_goes_to_the_one_container_that_it_names(hosted: Hosted) -> None:
    name = serving(hosted, hosted.container("a", "first"), hosted.container("b", "second"), **DIRECT)
    assert hosted.invoke(name, TargetContainerHostname="second")["model"] == "b"
    assert hosted.invoke(name, TargetContainerHostname="first")["body"] == "x"
    with pytest.raises(ClientError, match="no container with the TargetContainerHostname third") as error:
        hosted.invoke(name, TargetContainerHostname="third")
    assert error.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(ClientError, match="a TargetContainerHostname is required"):
        hosted.invoke(name)


def test_a_pipeline_takes_no_target_container(hosted: Hosted) -> None:
    name = hosted.serving()
    with pytest.raises(ClientError, match="not configured for direct invocation"):
        hosted.invoke(name, TargetContainerHostname="primary")


@pytest.mark.parametrize(
    ("hostnames", "more", "message"),
    [
        pytest.param(["a", None], {}, "ContainerHostname must be given for every container of an inference", id="some"),
        pytest.param(["a", "a"], {}, "ContainerHostname must be unique", id="twice"),
        pytest.param([None, None], DIRECT, "for every container when InferenceExecutionConfig is Direct", id="direct"),
        pytest.param([None] * 16, {}, "length less than or equal to 15", id="sixteen"),
    ],
)
def test_containers_that_do_not_go_together_are_refused(
    hosted: Hosted, hostnames: list[str | None], more: dict[str, Any], message: str
) -> None:
    containers = [{"Image": IMAGE, **({"ContainerHostname": name} if name else {})} for name in hostnames]
    with pytest.raises(ClientError, match=message):
        hosted.client.create_model(ModelName="refused", Containers=containers, ExecutionRoleArn=ROLE, **more)
