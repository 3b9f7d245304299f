"""AWS::Lambda::Function.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from slipway.engine.mend.lambda_.requests import layer_refusal
from slipway.engine.resource import Created, Partly, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import (
    Properties,
    changed,
    gone_is_fine,
    or_removed,
    picked,
    tag_change,
    tags_of,
)
from slipway.engine.resources.lambda_.code import code_of
from slipway.engine.resources.lambda_.names import GONE

_NAME_LENGTH = 64
_POLL_SECONDS = 0.05
# The configuration, with what UpdateFunctionConfiguration is told when a template drops a property.
_DEFAULTS: dict[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "Handler": None,
    "Layers": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "Role": None,
    "Runtime": None,
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
_CONFIGURATION = tuple(_DEFAULTS)


def create(call: ResourceCall) -> Created:
    """The function, which is then waited for; `Ref` is its name."""
    properties, tags = call.properties, tags_of(call.properties)
    made = call.caller.client("lambda").create_function(
        FunctionName=properties.get("FunctionName") or call.physical_name(_NAME_LENGTH),
        Code=code_of(properties["Code"]),
        **picked(properties, *_CONFIGURATION, "Architectures", "PackageType"),
        **({"Tags": tags} if tags else {}),
    )
    with or_removed(call, made["FunctionName"]):
        _wait(call, made["FunctionName"])
        _set_concurrency(call, made["FunctionName"])
    snap_start = made.get("SnapStart", {})
    return Created(
        made["FunctionName"],
        {
            "Arn": made["FunctionArn"],
            "SnapStartResponse.ApplyOn": snap_start.get("ApplyOn", "None"),
            "SnapStartResponse.OptimizationStatus": snap_start.get("OptimizationStatus", "Off"),
        },
    )


def update(call: ResourceCall) -> Created:
    """Code, configuration, concurrency and tags; each change of the first two is waited for."""
    client, name = call.caller.client("lambda"), call.physical_id
    if changed(call, "Code", "Architectures"):
        architectures = picked(call.properties, "Architectures")
        client.update_function_code(FunctionName=name, **code_of(call.properties["Code"]), **architectures)
        _wait(call, name)
    if changed(call, *_CONFIGURATION):
        client.update_function_configuration(FunctionName=name, **_configuration(call))
        _wait(call, name)
    _set_concurrency(call, name)
    _set_tags(call)
    return Created(name)


def delete(call: ResourceCall) -> None:
    """The function with its versions and aliases."""
    with gone_is_fine(GONE):
        call.caller.client("lambda").delete_function(FunctionName=call.physical_id)


def _configuration(call: ResourceCall) -> dict[str, Any]:
    """What differs; what the template no longer says goes back to its default."""
    differing = [name for name in _CONFIGURATION if changed(call, name)]
    told = {name: call.properties.get(name, _DEFAULTS[name]) for name in differing}
    return {name: value for name, value in told.items() if value is not None}


def _wait(call: ResourceCall, name: str) -> None:
    """Until the function is Active and its last update successful.

    docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """
    while True:
        found = call.caller.client("lambda").get_function(FunctionName=name)["Configuration"]
        state, last = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        if state == "Failed" or last == "Failed":
            reason = found.get("StateReason") or found.get("LastUpdateStatusReason") or "it failed"
            raise ResourceFailed(f"Function {name} did not stabilize: {reason}")
        if state in ("Active", "Inactive") and last == "Successful":
            return
        time.sleep(_POLL_SECONDS)


def _set_concurrency(call: ResourceCall, name: str) -> None:
    if not changed(call, "ReservedConcurrentExecutions"):
        return
    client, reserved = call.caller.client("lambda"), call.properties.get("ReservedConcurrentExecutions")
    if reserved is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


def _set_tags(call: ResourceCall) -> None:
    client, tags = call.caller.client("lambda"), tag_change(call)
    arn = call.engine.arn("lambda", f"function:{call.physical_id}")
    if tags.removed:
        client.untag_resource(Resource=arn, TagKeys=tags.removed)
    if tags.set:
        client.tag_resource(Resource=arn, Tags=tags.set)


def _check(properties: Properties) -> Iterator[str]:
    if properties.get("PackageType", "Zip") == "Image":
        yield "PackageType Image: container functions need Docker, use a .zip archive"
    runtime = properties.get("Runtime", "python")
    if not isinstance(runtime, Partly) and not str(runtime).startswith("python"):
        yield f"Runtime {runtime} is not executed by this engine: functions run on Python (python3.x)"
    yield from filter(None, map(layer_refusal, _known_layers(properties)))


def _known_layers(properties: Properties) -> list[str]:
    layers = properties.get("Layers")
    return [layer for layer in layers if isinstance(layer, str)] if isinstance(layers, list) else []


RESOURCES = {
    "AWS::Lambda::Function": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                "Architectures",
                "Code",
                "DeadLetterConfig",
                "Description",
                "Environment",
                "EphemeralStorage",
                "FunctionName",
                "Handler",
                "Layers",
                "LoggingConfig",
                "MemorySize",
                "PackageType",
                "ReservedConcurrentExecutions",
                "Role",
                "Runtime",
                "Tags",
                "Timeout",
                "TracingConfig",
            }
        ),
        without_effect={
            "SnapStart": "environments start without snapshots",
            "VpcConfig": "networks are not executed",
        },
        refuses={
            "Code.ImageUri": "container functions need Docker, use a .zip archive",
            "Code.S3ObjectStorageMode": "code is copied from its bucket",
            "Code.SourceKMSKeyArn": "the key of a package is the one of its object",
            "CodeSigningConfigArn": "signatures of code are not verified",
            "FileSystemConfigs": "there are no file systems to mount",
            "ImageConfig": "container functions need Docker, use a .zip archive",
            "KmsKeyArn": "a function's key is not asked here, so a missing kms:Decrypt would not be seen",
        },
        check=_check,
    )
}
