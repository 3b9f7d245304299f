"""Conditions on what a request brings along: its tags, its user agent, the services that it comes through."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from slipway.engine import request_context
from slipway.engine.wire import WireRequest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
)

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}
    ],
}


def keys(params: dict[str, Any], **headers: str) -> dict[str, Any]:
    request = WireRequest("POST", "/", {}, headers, b"")
    exchange: Any = SimpleNamespace(request=request, params=params)
    return request_context.of(exchange)


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"Tags": [{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": ""}]}, id="a list"),
        pytest.param({"tags": [{"key": "team", "value": "a"}, {"key": "stage"}]}, id="a list in lower case"),
        pytest.param({"Tags": [{"TagKey": "team", "TagValue": "a"}, {"TagKey": "stage", "TagValue": ""}]}, id="KMS's"),
        pytest.param({"Tags": {"team": "a", "stage": ""}}, id="a map"),
    ],
)
def test_tags_are_request_tags(params: dict[str, Any]) -> None:
    expected = {"aws:RequestTag/team": "a", "aws:RequestTag/stage": "", "aws:TagKeys": ["team", "stage"]}
    assert keys(params) == expected


def test_the_keys_of_tags_that_are_taken_off_are_named() -> None:
    assert keys({"TagKeys": ["team"]}) == {"aws:TagKeys": ["team"]}


def test_a_request_without_tags_has_no_key_for_them() -> None:
    assert keys({"Tags": []}) == {}


def test_headers_are_keys_where_they_are_sent() -> None:
    sent = keys({}, **{"user-agent": "Boto3/1", "referer": "https://page.example/"})
    assert sent == {"aws:UserAgent": "Boto3/1", "aws:Referer": "https://page.example/"}


def client_of(engine: Any, name: str, condition: dict[str, Any], service: str, **config: Any) -> Any:
    """A client of a role that may do everything of the service under the condition."""
    iam = engine.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": f"{service}:*", "Resource": "*", "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
    keys = engine.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=engine.url,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(**config),
    )


@pytest.mark.parametrize("service", ["sqs", "codecommit"])
def test_a_policy_may_ask_for_a_tag(engine: Any, service: str) -> None:
    condition = {"StringEquals": {"aws:RequestTag/team": "a"}}
    client = client_of(engine, f"tags-{service}", condition, service)
    make = {
        "sqs": lambda team: client.create_queue(QueueName=f"of-{team}", tags={"team": team}),
        "codecommit": lambda team: client.create_repository(repositoryName=f"of-{team}", tags={"team": team}),
    }[service]
    make("a")
    with pytest.raises(ClientError, match="is not authorized to perform"):
        make("b")


def test_a_policy_may_ask_for_a_user_agent(engine: Any) -> None:
    condition = {"StringLike": {"aws:UserAgent": "*the-one*"}}
    client_of(engine, "agent-one", condition, "sqs", user_agent_extra="the-one").list_queues()
    with pytest.raises(ClientError, match="is not authorized to perform"):
        client_of(engine, "agent-other", condition, "sqs").list_queues()


def test_nobody_outside_can_name_a_service_that_a_call_comes_through(engine: Any) -> None:
    condition = {"StringEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}}
    client = client_of(engine, "pretends", condition, "sqs")

    def pretend(request: Any, **_: Any) -> None:
        request.headers["x-slipway-via"] = "guessed cloudformation.amazonaws.com"

    client.meta.events.register("before-sign", pretend)
    with pytest.raises(ClientError, match="is not authorized to perform"):
        client.list_queues()
