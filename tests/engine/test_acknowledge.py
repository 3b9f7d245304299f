"""What was acknowledged is there after kill -9, whichever of MiniStack's services said so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from slipway import local
from tests.engine.conftest import RunningEngine, start
from tests.engine.mend.account import archive
from tests.engine.restart import killed_and_started

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/welcome.html"
)

TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningEngine]]:
    """The engine that is running now, the only member; each test replaces it."""
    home = tmp_path_factory.mktemp("acknowledged") / ".slipway"
    yield [start(home)]
    local.remove(home)


def a_bucket_with_an_object(engine: Any) -> None:
    engine.client("s3").create_bucket(Bucket="acknowledged")
    engine.client("s3").put_object(Bucket="acknowledged", Key="key", Body=b"body")


def an_object(engine: Any) -> Any:
    return engine.client("s3").get_object(Bucket="acknowledged", Key="key")["Body"].read()


def a_function(engine: Any) -> None:
    role = engine.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    engine.client("lambda").create_function(
        FunctionName="acknowledged",
        Runtime="python3.13",
        Handler="handler.handler",
        Role=role,
        Code={"ZipFile": archive("def handler(event, context):\n    return 'answer'\n")},
    )


def an_answer(engine: Any) -> Any:
    engine.client("lambda").get_waiter("function_active_v2").wait(FunctionName="acknowledged")
    return engine.client("lambda").invoke(FunctionName="acknowledged")["Payload"].read()


def a_message(engine: Any) -> None:
    url = engine.client("sqs").create_queue(QueueName="acknowledged")["QueueUrl"]
    engine.client("sqs").send_message(QueueUrl=url, MessageBody="message")


def the_message(engine: Any) -> Any:
    url = engine.client("sqs").get_queue_url(QueueName="acknowledged")["QueueUrl"]
    return engine.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"]


MADE: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Any]] = {
    "s3": (a_bucket_with_an_object, an_object, b"body"),
    "lambda": (a_function, an_answer, b'"answer"'),
    "sqs": (a_message, the_message, "message"),
    "ssm": (
        lambda engine: engine.client("ssm").put_parameter(Name="/acknowledged", Value="value", Type="String"),
        lambda engine: engine.client("ssm").get_parameter(Name="/acknowledged")["Parameter"]["Value"],
        "value",
    ),
    "secretsmanager": (
        lambda engine: engine.client("secretsmanager").create_secret(Name="acknowledged", SecretString="secret"),
        lambda engine: engine.client("secretsmanager").get_secret_value(SecretId="acknowledged")["SecretString"],
        "secret",
    ),
    "sns": (
        lambda engine: engine.client("sns").create_topic(Name="acknowledged"),
        lambda engine: len(engine.client("sns").list_topics()["Topics"]),
        1,
    ),
    "events": (
        lambda engine: engine.client("events").put_rule(Name="acknowledged", ScheduleExpression="rate(1 day)"),
        lambda engine: engine.client("events").describe_rule(Name="acknowledged")["State"],
        "ENABLED",
    ),
    "kms": (
        lambda engine: engine.client("kms").create_key(Description="acknowledged"),
        lambda engine: len(engine.client("kms").list_keys()["Keys"]),
        1,
    ),
    "apigateway": (
        lambda engine: engine.client("apigateway").create_rest_api(name="acknowledged"),
        lambda engine: [api["name"] for api in engine.client("apigateway").get_rest_apis()["items"]],
        ["acknowledged"],
    ),
}


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html")
def test_an_upload_goes_on_after_kill_9_with_the_parts_that_it_had(engines: list[RunningEngine]) -> None:
    first, last = b"a" * 5 * 1024 * 1024, b"b"
    s3 = engines[0].client("s3")
    s3.create_bucket(Bucket="uploads")
    s3.put_object(Bucket="uploads", Key="whole", Body=last)
    upload = {"Bucket": "uploads", "Key": "large"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, Metadata={"made": "before"})["UploadId"]
    one = s3.upload_part(**upload, PartNumber=1, Body=first)["ETag"]
    two = s3.upload_part_copy(**upload, PartNumber=2, CopySource="uploads/whole")["CopyPartResult"]["ETag"]
    engines[0] = RunningEngine(killed_and_started(engines[0].engine))
    s3 = engines[0].client("s3")
    assert [part["PartNumber"] for part in s3.list_parts(**upload)["Parts"]] == [1, 2]
    parts = [{"PartNumber": 1, "ETag": one}, {"PartNumber": 2, "ETag": two}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    found = s3.get_object(Bucket="uploads", Key="large")
    assert found["Body"].read() == first + last
    assert found["Metadata"] == {"made": "before"}
    assert not list((engines[0].home / "state" / "parts").iterdir())


@pytest.mark.parametrize("service", MADE)
def test_what_was_acknowledged_is_there_after_kill_9(engines: list[RunningEngine], service: str) -> None:
    make, read, expected = MADE[service]
    make(engines[0])
    engines[0] = RunningEngine(killed_and_started(engines[0].engine))
    assert read(engines[0]) == expected
