"""Which resource a request is about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.engine.mend.policy_context import resource_of

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html"
)

LINKED = "sagemaker.application-autoscaling.amazonaws.com"


@pytest.mark.parametrize(
    ("service", "operation", "body", "params", "resource"),
    [
        ("events", "PutTargets", {"Rule": "r"}, {}, "arn:aws:events:eu-west-1:1:rule/r"),
        ("events", "PutRule", {"Name": "r", "EventBusName": "b"}, {}, "arn:aws:events:eu-west-1:1:rule/b/r"),
        ("events", "PutEvents", {"Entries": []}, {}, ""),
        (
            "iam",
            "",
            {},
            {"AWSServiceName": [LINKED]},
            f"arn:aws:iam::1:role/aws-service-role/{LINKED}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
        ),
    ],
)
def test_a_request_is_about_the_resource_that_policies_name(
    service: str, operation: str, body: dict[str, Any], params: dict[str, Any], resource: str
) -> None:
    assert resource_of(service, operation, json.dumps(body).encode(), params, "eu-west-1", "1") == resource
