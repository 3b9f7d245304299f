"""AWS::Lambda::Version.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import gone_is_fine, picked
from slipway.engine.resources.lambda_.names import GONE, qualified


def create(call: ResourceCall) -> Created:
    """A version of what the function is now. `Ref` is its ARN.

    Lambda answers with the latest version when nothing has changed since; a resource may not take that one over.
    """
    client, name = call.caller.client("lambda"), call.properties["FunctionName"]
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    before = {version["Version"] for page in pages for version in page["Versions"]}
    made = client.publish_version(FunctionName=name, **picked(call.properties, "CodeSha256", "Description"))
    if made["Version"] in before:
        raise ResourceFailed(
            f"A version for this Lambda function exists ( {made['Version']} ). "
            "Modify the function to create a new version."
        )
    return Created(made["FunctionArn"], {"FunctionArn": made["FunctionArn"], "Version": made["Version"]})


def update(call: ResourceCall) -> Created:
    """Nothing of a version can be changed in place."""
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The version, not the function."""
    with gone_is_fine(GONE):
        call.caller.client("lambda").delete_function(**qualified(call.physical_id))


RESOURCES = {
    "AWS::Lambda::Version": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"CodeSha256", "Description", "FunctionName"}),
        refuses={"ProvisionedConcurrencyConfig": "environments are not kept ready"},
    )
}
