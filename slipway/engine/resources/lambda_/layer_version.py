"""AWS::Lambda::LayerVersion.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, picked
from slipway.engine.resources.lambda_.names import GONE

_NAME_LENGTH = 64


def create(call: ResourceCall) -> Created:
    """A version of the layer. `Ref` is its ARN."""
    given = picked(call.properties, "CompatibleArchitectures", "CompatibleRuntimes", "Description", "LicenseInfo")
    arn = call.caller.client("lambda").publish_layer_version(
        LayerName=call.properties.get("LayerName") or call.physical_name(_NAME_LENGTH),
        Content=picked(call.properties["Content"], "S3Bucket", "S3Key", "S3ObjectVersion"),
        **given,
    )["LayerVersionArn"]
    return Created(arn, {"LayerVersionArn": arn})


def update(call: ResourceCall) -> Created:
    """Nothing of a layer's version can be changed in place."""
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The version; functions that have it keep it."""
    *_, layer, number = call.physical_id.split(":")
    with gone_is_fine(GONE):
        call.caller.client("lambda").delete_layer_version(LayerName=layer, VersionNumber=int(number))


RESOURCES = {
    "AWS::Lambda::LayerVersion": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {"CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LayerName", "LicenseInfo"}
        ),
    )
}
