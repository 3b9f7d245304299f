"""Which further actions a request needs."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from slipway.engine import dependent_actions
from slipway.engine.exchange import Check

pytestmark = pytest.mark.specification("docs.aws.amazon.com/service-authorization/latest/reference/reference.html")
OWN = Check("sqs:CreateQueue", "arn:aws:sqs:us-east-1:111122223333:q", {"aws:TagKeys": ["team"]})


@pytest.mark.parametrize(("service", "operation"), dependent_actions._TAGGING)
def test_every_operation_of_the_table_takes_tags(service: str, operation: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    assert {"Tags", "tags"} & set(model.operation_model(operation).input_shape.members)


def test_tags_need_the_tagging_action_on_the_same_resource() -> None:
    [check] = dependent_actions.checks("sqs", "CreateQueue", {"QueueName": "q", "tags": {"team": "ml"}}, [OWN])
    assert check == Check("sqs:TagQueue", OWN.resource, OWN.context)


@pytest.mark.parametrize(
    "params",
    [
        {"policy": "{}"},
        {"patchOperations": [{"op": "replace", "path": "/policy", "value": "{}"}]},
        {"body": b'{"x-amazon-apigateway-policy": {}}'},
    ],
    ids=["a member", "a patch", "a document"],
)
def test_a_policy_of_an_api_needs_an_action_of_its_own(params: dict[str, Any]) -> None:
    own = Check("apigateway:POST", "arn:aws:apigateway:us-east-1::/restapis")
    [check] = dependent_actions.checks("apigateway", "CreateRestApi", params, [own])
    assert (check.action, check.resource) == ("apigateway:UpdateRestApiPolicy", own.resource)


@pytest.mark.parametrize(
    ("service", "params"), [("sqs", {"QueueName": "q", "tags": {}}), ("apigateway", {"name": "a", "tags": {"a": "b"}})]
)
def test_a_request_without_them_needs_nothing_more(service: str, params: dict[str, Any]) -> None:
    assert list(dependent_actions.checks(service, "CreateQueue", params, [OWN])) == []


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html")
@pytest.mark.parametrize(
    ("operation", "params", "actions"),
    [
        ("CreateBucket", {"Bucket": "b"}, []),
        ("CreateBucket", {"ACL": "private"}, ["s3:PutBucketAcl"]),
        ("CreateBucket", {"ObjectOwnership": "ObjectWriter"}, ["s3:PutBucketOwnershipControls"]),
        (
            "CreateBucket",
            {"ObjectLockEnabledForBucket": True},
            ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"],
        ),
        (
            "PutObject",
            {"Tagging": "a=1", "ObjectLockMode": "GOVERNANCE"},
            ["s3:PutObjectRetention", "s3:PutObjectTagging"],
        ),
        ("GetObject", {"Key": "k"}, []),
    ],
)
def test_s3_asks_for_what_a_request_sets_besides(operation: str, params: dict[str, Any], actions: list[str]) -> None:
    own = Check(f"s3:{operation}", "arn:aws:s3:::b")
    found = list(dependent_actions.checks("s3", operation, params, [own]))
    assert [(check.action, check.resource) for check in found] == [(action, own.resource) for action in actions]


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/adding-layers.html")
def test_a_layer_has_to_be_readable() -> None:
    layer = "arn:aws:lambda:us-east-1:111122223333:layer:shared:1"
    own = Check("lambda:CreateFunction", "arn:aws:lambda:us-east-1:111122223333:function:f")
    found = dependent_actions.checks("lambda", "CreateFunction", {"Layers": [layer]}, [own])
    assert list(found) == [Check("lambda:GetLayerVersion", layer)]
