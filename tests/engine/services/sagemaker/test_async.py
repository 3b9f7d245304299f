"""Asynchronous endpoints: requests wait in a queue, answers go to S3, topics are told."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway import local
from tests.engine.services.sagemaker.support import (
    BUCKET,
    IMAGE,
    ROLE,
    Hosted,
    Sagemaker,
    eventually,
    prepare_account,
    start_engine,
    variant,
)

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html")


def config(prefix: str = "async", at_once: int | None = None, **output: Any) -> dict[str, Any]:
    """An AsyncInferenceConfig."""
    client = {"ClientConfig": {"MaxConcurrentInvocationsPerInstance": at_once}} if at_once else {}
    return {"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/{prefix}", **output}, **client}


def serving(hosted: Hosted, asynchronous: dict[str, Any]) -> str:
    """An asynchronous endpoint in service."""
    name = hosted.endpoint(hosted.config(variant(hosted.model("m")), AsyncInferenceConfig=asynchronous))
    found = hosted.settled(name)
    assert found["EndpointStatus"] == "InService", found["FailureReason"]
    return name


def ask(hosted: Hosted, name: str, body: str = "1,2", **more: Any) -> dict[str, Any]:
    """Queue a request whose input is in S3."""
    uri = hosted.account.put(f"async-input/{uuid.uuid4()}.csv", body)
    answer: dict[str, Any] = hosted.runtime.invoke_endpoint_async(
        EndpointName=name, InputLocation=uri, ContentType="text/csv", **more
    )
    return {**answer, "input": uri}


def stored(hosted: Hosted, uri: str) -> bytes | None:
    """What is at an S3 URI, once it is there."""
    key = uri.removeprefix(f"s3://{BUCKET}/")
    return hosted.account.get(key) if key in hosted.account.keys(key) else None


class Topic:
    """A topic, and a queue that gets what is published to it."""

    def __init__(self, account: Sagemaker) -> None:
        name = f"results-{uuid.uuid4().hex[:8]}"
        self._sqs = account.client("sqs")
        self.arn = account.client("sns").create_topic(Name=name)["TopicArn"]
        queue = self.arn.replace(":sns:", ":sqs:")
        allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._url = self._sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
        attributes = {"RawMessageDelivery": "true"}
        account.client("sns").subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=queue, Attributes=attributes)
        self._seen: list[dict[str, Any]] = []

    def results(self) -> list[dict[str, Any]]:
        """The notifications so far."""
        for message in self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", []):
            self._seen.append(json.loads(message["Body"]))
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return self._seen


@pytest.fixture
def publisher(hosted: Hosted) -> Iterator[None]:
    """The models' role may publish."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}],
    }
    iam = hosted.account.client("iam")
    iam.put_role_policy(RoleName="Job", PolicyName="publish", PolicyDocument=json.dumps(policy))
    yield
    iam.delete_role_policy(RoleName="Job", PolicyName="publish")


def total(hosted: Hosted, metric: str, statistic: str = "Sum", **dimensions: str) -> float | None:
    now = time.time()
    points = hosted.account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - 300,
        EndTime=now + 60,
        Period=3600,
        Statistics=[statistic],
    )["Datapoints"]
    return max(point[statistic] for point in points) if points else None


def test_the_answer_is_stored_where_the_request_was_told(hosted: Hosted) -> None:
    name = serving(hosted, config())
    answer = ask(hosted, name, "1,2", Accept="text/plain", CustomAttributes="trace=7", InferenceId="id-1")
    assert answer["InferenceId"] == "id-1"
    assert answer["OutputLocation"] == f"s3://{BUCKET}/async/id-1.out"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    told = json.loads(eventually(lambda: stored(hosted, answer["OutputLocation"])))
    assert (told["model"], told["body"], told["accept"], told["attributes"], told["type"]) == (
        "m",
        "1,2",
        "text/plain",
        "trace=7",
        "text/csv",
    )
    described = hosted.client.describe_endpoint(EndpointName=name)
    assert described["AsyncInferenceConfig"] == config()


def test_a_request_names_its_file_and_may_bring_its_body_along(hosted: Hosted) -> None:
    name = serving(hosted, config("named"))
    answer = hosted.runtime.invoke_endpoint_async(
        EndpointName=name, Body=b"inline", S3OutputPathExtension="day/one", Filename="predictions.json"
    )
    assert answer["OutputLocation"] == f"s3://{BUCKET}/named/day/one/predictions.json"
    assert json.loads(eventually(lambda: stored(hosted, answer["OutputLocation"])))["body"] == "inline"
    with pytest.raises(ClientError, match="Exactly one of InputLocation and Body must be given"):
        hosted.runtime.invoke_endpoint_async(EndpointName=name)


@pytest.mark.usefixtures("publisher")
def test_topics_are_tried_and_then_told_of_successes_and_failures(hosted: Hosted) -> None:
    success, error = Topic(hosted.account), Topic(hosted.account)
    topics = {"SuccessTopic": success.arn, "ErrorTopic": error.arn}
    failures = f"s3://{BUCKET}/failures"
    name = serving(hosted, config(S3FailurePath=failures, NotificationConfig=topics))
    trial = {"eventVersion": "1.0", "eventSource": "aws:sagemaker", "eventName": "TestNotification"}
    assert eventually(success.results) == [trial]
    assert eventually(error.results) == [trial]

    good, bad = ask(hosted, name), ask(hosted, name, "status=500", InferenceId="bad")
    assert eventually(lambda: len(success.results()) == 2)
    told = success.results()[1]
    assert told["invocationStatus"] == "Completed"
    assert told["inferenceId"] == good["InferenceId"]
    assert told["requestParameters"] == {
        "contentType": "text/csv",
        "endpointName": name,
        "inputLocation": good["input"],
    }
    assert told["responseParameters"] == {"contentType": "application/json", "outputLocation": good["OutputLocation"]}
    assert told["eventName"] == "InferenceResult"

    assert eventually(lambda: len(error.results()) == 2)
    told = error.results()[1]
    assert (told["invocationStatus"], told["inferenceId"]) == ("Failed", "bad")
    assert told["failureReason"].startswith("ClientError: Received server error (500) from primary with message")
    assert bad["FailureLocation"] == f"{failures}/bad-error.out"
    said = stored(hosted, bad["FailureLocation"])
    assert said is not None
    assert b"Received server error (500) from primary" in said
    assert stored(hosted, bad["OutputLocation"]) is None
    group = f"/aws/sagemaker/Endpoints/{name}"
    assert eventually(lambda: "[sagemaker logs] [bad] ClientError: Received server" in hosted.account.log(group))
    own = {"EndpointName": name, "VariantName": "AllTraffic"}
    assert eventually(lambda: total(hosted, "InvocationsProcessed", **own) == 1)
    assert eventually(lambda: total(hosted, "InvocationFailures", **own) == 1)
    assert total(hosted, "Invocations", **own) is None


def test_a_topic_that_the_role_may_not_publish_to_fails_the_endpoint(hosted: Hosted) -> None:
    topic = Topic(hosted.account)
    asynchronous = config(NotificationConfig={"ErrorTopic": topic.arn})
    found = hosted.settled(
        hosted.endpoint(hosted.config(variant(hosted.model("m")), AsyncInferenceConfig=asynchronous))
    )
    assert found["EndpointStatus"] == "Failed"
    assert f'has "sns:Publish" permissions for topic "{topic.arn}"' in found["FailureReason"]


def test_an_input_that_is_not_there_is_a_failure(hosted: Hosted) -> None:
    name = serving(hosted, config(S3FailurePath=f"s3://{BUCKET}/failures"))
    answer = hosted.runtime.invoke_endpoint_async(EndpointName=name, InputLocation=f"s3://{BUCKET}/nothing.csv")
    said = eventually(lambda: stored(hosted, answer["FailureLocation"]))
    assert f"The input at s3://{BUCKET}/nothing.csv could not be read".encode() in said


def test_a_request_that_takes_longer_than_it_may_is_a_failure(hosted: Hosted) -> None:
    name = serving(hosted, config(S3FailurePath=f"s3://{BUCKET}/failures"))
    answer = ask(hosted, name, "sleep=5", InvocationTimeoutSeconds=1)
    said = eventually(lambda: stored(hosted, answer["FailureLocation"]))
    assert b"Your invocation timed out while waiting for a response from container primary" in said


def test_requests_wait_for_their_turn_and_for_an_instance_and_expire(hosted: Hosted, tmp_path: Path) -> None:
    name = serving(hosted, config(at_once=1, S3FailurePath=f"s3://{BUCKET}/failures"))
    first, second = ask(hosted, name, f"until={tmp_path / 'looked'}"), ask(hosted, name)
    eventually((tmp_path / "looked.awaited").exists)
    assert stored(hosted, second["OutputLocation"]) is None
    (tmp_path / "looked").touch()
    assert eventually(lambda: stored(hosted, second["OutputLocation"]))
    assert stored(hosted, first["OutputLocation"])

    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 0}]
    hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
    assert hosted.settled(name)["ProductionVariants"][0]["CurrentInstanceCount"] == 0
    # A minute of the engine's clock is a second of this one's.
    late, patient = ask(hosted, name, RequestTTLSeconds=60), ask(hosted, name)
    said = eventually(lambda: stored(hosted, late["FailureLocation"]))
    assert b"The request expired after 60 seconds in the queue" in said
    assert eventually(lambda: total(hosted, "HasBacklogWithoutCapacity", "Maximum", EndpointName=name) == 1)
    assert eventually(lambda: total(hosted, "ApproximateBacklogSizePerInstance", "Maximum", EndpointName=name))
    wanted[0]["DesiredInstanceCount"] = 1
    hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
    assert eventually(lambda: stored(hosted, patient["OutputLocation"]))
    assert eventually(lambda: total(hosted, "ExpiredRequests", EndpointName=name, VariantName="AllTraffic") == 1)


def test_each_kind_of_endpoint_takes_its_own_kind_of_request(hosted: Hosted) -> None:
    name = serving(hosted, config())
    with pytest.raises(ClientError, match="is asynchronous and takes InvokeEndpointAsync only") as error:
        hosted.invoke(name)
    assert error.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(ClientError, match="is not asynchronous: its configuration has no AsyncInferenceConfig"):
        ask(hosted, hosted.serving())
    with pytest.raises(ClientError, match="Endpoint nobody of account 111122223333 not found"):
        ask(hosted, "nobody")


def test_an_update_changes_where_answers_go(hosted: Hosted) -> None:
    name = serving(hosted, config())
    new = hosted.config(variant(hosted.model("new")), AsyncInferenceConfig=config("elsewhere"))
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=new)
    hosted.settled(name)
    answer = ask(hosted, name)
    assert answer["OutputLocation"].startswith(f"s3://{BUCKET}/elsewhere/")
    assert json.loads(eventually(lambda: stored(hosted, answer["OutputLocation"])))["model"] == "new"
    with pytest.raises(ClientError, match="AsyncInferenceConfig = taken away or added is not executed"):
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=hosted.config(variant(hosted.model("m"))))


def test_models_that_a_request_has_to_choose_of_are_refused(hosted: Hosted) -> None:
    container = {"Image": IMAGE, "Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/many"}
    name = f"model-{uuid.uuid4().hex[:8]}"
    hosted.client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    with pytest.raises(ClientError, match="An asynchronous request names no model and no container"):
        hosted.config(variant(name), AsyncInferenceConfig=config())


def kill(engine: local.LocalEngine) -> None:
    """kill -9, once what MiniStack keeps is written."""
    eventually(lambda: (engine.home / "state").is_dir())
    os.kill(engine.pid, signal.SIGKILL)
    eventually(lambda: not local.is_running(engine.pid))


@pytest.mark.parametrize("end", [local.LocalEngine.stop, kill])
def test_what_waits_and_what_is_under_way_is_answered_by_the_next_engine(tmp_path: Path, end: Any) -> None:
    account = Sagemaker(start_engine(tmp_path / "home", factor=1.0))
    prepare_account(account)
    hosted = Hosted(account)
    name = serving(hosted, config(at_once=1))
    answers = [ask(hosted, name, body) for body in ("sleep=4", "second", "third")]
    time.sleep(1)
    end(account.running)

    again = Sagemaker(start_engine(tmp_path / "home"))
    try:
        hosted = Hosted(again)
        told = [json.loads(eventually(lambda a=a: stored(hosted, a["OutputLocation"]))) for a in answers]
        assert [item["body"] for item in told] == ["sleep=4", "second", "third"]
    finally:
        again.running.stop()
