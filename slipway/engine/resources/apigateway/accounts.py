"""AWS::ApiGateway::Account.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resources.apigateway.requests import client


def put_account(call: ResourceCall) -> Created:
    """The role with which API Gateway writes to CloudWatch Logs: one for the account and region."""
    role = call.properties.get("CloudWatchRoleArn", "")
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    client(call).update_account(patchOperations=[patch])
    reference = call.physical_id or call.physical_name()
    return Created(reference, {"Id": reference})


def keep_account(_: ResourceCall) -> None:
    """The account's settings outlive the stack that made them."""


RESOURCES = {
    "AWS::ApiGateway::Account": ResourceType(
        create=put_account,
        update=put_account,
        delete=keep_account,
        honours=frozenset({"CloudWatchRoleArn"}),
    ),
}
