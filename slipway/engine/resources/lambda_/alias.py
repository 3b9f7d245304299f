"""AWS::Lambda::Alias.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, picked
from slipway.engine.resources.lambda_.names import GONE


def create(call: ResourceCall) -> Created:
    """The alias. `Ref` is its ARN."""
    request = picked(call.properties, "Description", "FunctionName", "FunctionVersion", "Name")
    arn = call.caller.client("lambda").create_alias(**request)["AliasArn"]
    return Created(arn, {"AliasArn": arn})


def update(call: ResourceCall) -> Created:
    """Version and description."""
    call.caller.client("lambda").update_alias(
        **picked(call.properties, "FunctionName", "FunctionVersion", "Name"),
        Description=call.properties.get("Description", ""),
    )
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The alias."""
    with gone_is_fine(GONE):
        call.caller.client("lambda").delete_alias(**picked(call.properties, "FunctionName", "Name"))


RESOURCES = {
    "AWS::Lambda::Alias": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"Description", "FunctionName", "FunctionVersion", "Name"}),
        refuses={
            "ProvisionedConcurrencyConfig": "environments are not kept ready",
            "RoutingConfig": "an alias leads to one version",
        },
    )
}
