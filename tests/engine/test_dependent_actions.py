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
