"""CloudFormation's SageMaker types.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType

_POLL_SECONDS = 0.1
_GONE = ("Could not find", "does not exist")
_IN_PROGRESS = ("Creating", "Updating", "SystemUpdating", "RollingBack")
_ENDPOINT_UPDATE_ONLY = ("RetainAllVariantProperties", "ExcludeRetainedVariantProperties", "RetainDeploymentConfig")


def _gone_is_success(delete: Callable[[], Any]) -> None:
    """Delete, and be content when there is nothing to delete."""
    try:
        delete()
    except ClientError as error:
        if not any(text in error.response["Error"]["Message"] for text in _GONE):
            raise


def _set_tags(call: ResourceCall, resource: str) -> None:
    """Bring the tags of an existing resource from the old properties' to the new ones'."""
    new = {tag["Key"]: tag["Value"] for tag in call.properties.get("Tags", [])}
    old = {tag["Key"]: tag["Value"] for tag in call.old_properties.get("Tags", [])}
    client = call.caller.client("sagemaker")
    gone = [key for key in old if key not in new]
    if gone:
        client.delete_tags(ResourceArn=resource, TagKeys=gone)
    if new != old and new:
        client.add_tags(ResourceArn=resource, Tags=call.properties["Tags"])


def create_model(call: ResourceCall) -> Created:
    """AWS::SageMaker::Model. `Ref` is its ARN."""
    name = call.properties.get("ModelName") or call.physical_name()
    model_arn = call.caller.client("sagemaker").create_model(**{**call.properties, "ModelName": name})["ModelArn"]
    return Created(model_arn, {"ModelName": name, "ModelArn": model_arn})


def update_model(call: ResourceCall) -> Created:
    """Only tags change in place."""
    _set_tags(call, call.physical_id)
    return Created(call.physical_id, {"ModelName": _name(call), "ModelArn": call.physical_id})


def delete_model(call: ResourceCall) -> None:
    """Delete the model."""
    _gone_is_success(lambda: call.caller.client("sagemaker").delete_model(ModelName=_name(call)))


def _name(call: ResourceCall) -> str:
    return call.physical_id.rsplit("/", 1)[-1]


def create_endpoint_config(call: ResourceCall) -> Created:
    """AWS::SageMaker::EndpointConfig. `Ref` is its ARN."""
    name = call.properties.get("EndpointConfigName") or call.physical_name()
    properties = {**call.properties, "EndpointConfigName": name}
    config_arn = call.caller.client("sagemaker").create_endpoint_config(**properties)["EndpointConfigArn"]
    return Created(config_arn, {"EndpointConfigName": name, "EndpointConfigArn": config_arn})


def update_endpoint_config(call: ResourceCall) -> Created:
    """Only tags change in place."""
    _set_tags(call, call.physical_id)
    return Created(call.physical_id, {"EndpointConfigName": _name(call), "EndpointConfigArn": call.physical_id})


def delete_endpoint_config(call: ResourceCall) -> None:
    """Delete the configuration."""
    _gone_is_success(lambda: call.caller.client("sagemaker").delete_endpoint_config(EndpointConfigName=_name(call)))


def create_endpoint(call: ResourceCall) -> Created:
    """AWS::SageMaker::Endpoint; done when it is InService."""
    name = call.properties.get("EndpointName") or call.physical_name()
    request = {key: value for key, value in call.properties.items() if key not in _ENDPOINT_UPDATE_ONLY}
    request["EndpointName"] = name
    client = call.caller.client("sagemaker")
    endpoint_arn = call.engine.arn("sagemaker", f"endpoint/{name}")
    if not _exists(client, name):
        # Before it is there: an engine that is killed right after would leave a name that is taken.
        call.began(endpoint_arn)
    client.create_endpoint(**request)
    _wait_until_in_service(call, name)
    return Created(endpoint_arn, {"EndpointName": name, "EndpointArn": endpoint_arn})


def _exists(client: Any, name: str) -> bool:
    try:
        client.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if any(text in error.response["Error"]["Message"] for text in _GONE):
            return False
        raise
    return True


def update_endpoint(call: ResourceCall) -> Created:
    """UpdateEndpoint when anything but tags changed; a rolled back update is a failed one."""
    name = _name(call)
    if _changed(call):
        request = {key: value for key, value in call.properties.items() if key not in ("Tags", "EndpointName")}
        request["EndpointName"] = name
        call.caller.client("sagemaker").update_endpoint(**request)
        _wait_until_in_service(call, name)
    _set_tags(call, call.physical_id)
    return Created(call.physical_id, {"EndpointName": name, "EndpointArn": call.physical_id})


def _changed(call: ResourceCall) -> bool:
    """Whether the endpoint has to be updated: its write-only properties alone change nothing."""
    return bool(call.properties["EndpointConfigName"] != call.old_properties.get("EndpointConfigName"))


def _wait_until_in_service(call: ResourceCall, name: str) -> None:
    client = call.caller.client("sagemaker")
    while True:
        endpoint = client.describe_endpoint(EndpointName=name)
        status, reason = endpoint["EndpointStatus"], endpoint.get("FailureReason", "")
        if status == "InService" and not reason:
            return
        if status in {"InService", "Failed", "OutOfService"}:
            raise ResourceFailed(reason or f"Endpoint {name} is {status}")
        time.sleep(_POLL_SECONDS)


def delete_endpoint(call: ResourceCall) -> None:
    """Delete the endpoint and wait until its servers are gone; while it is being made it cannot be deleted."""
    client, name = call.caller.client("sagemaker"), _name(call)
    while _status(client, name) in _IN_PROGRESS:
        time.sleep(_POLL_SECONDS)
    _gone_is_success(lambda: client.delete_endpoint(EndpointName=name))
    while _status(client, name):
        time.sleep(_POLL_SECONDS)


def _status(client: Any, name: str) -> str:
    """The endpoint's status, empty when there is no such endpoint."""
    try:
        return str(client.describe_endpoint(EndpointName=name)["EndpointStatus"])
    except ClientError as error:
        if any(text in error.response["Error"]["Message"] for text in _GONE):
            return ""
        raise


def create_group(call: ResourceCall) -> Created:
    """AWS::SageMaker::ModelPackageGroup."""
    if "ModelPackageGroupPolicy" in call.properties:
        raise ResourceFailed("ModelPackageGroupPolicy is not executed by this engine")
    client = call.caller.client("sagemaker")
    group_arn = client.create_model_package_group(**call.properties)["ModelPackageGroupArn"]
    return _group(call, group_arn)


def update_group(call: ResourceCall) -> Created:
    """Only tags change in place."""
    _set_tags(call, call.physical_id)
    return _group(call, call.physical_id)


def _group(call: ResourceCall, group_arn: str) -> Created:
    name = group_arn.rsplit("/", 1)[-1]
    found = call.caller.client("sagemaker").describe_model_package_group(ModelPackageGroupName=name)
    return Created(
        group_arn,
        {
            "ModelPackageGroupArn": group_arn,
            "ModelPackageGroupStatus": found["ModelPackageGroupStatus"],
            "CreationTime": found["CreationTime"].isoformat(),
        },
    )


def delete_group(call: ResourceCall) -> None:
    """Delete the group, which must be empty."""
    client = call.caller.client("sagemaker")
    _gone_is_success(lambda: client.delete_model_package_group(ModelPackageGroupName=_name(call)))


RESOURCES = {
    "AWS::SageMaker::Model": ResourceType(create_model, update_model, delete_model),
    "AWS::SageMaker::EndpointConfig": ResourceType(
        create_endpoint_config, update_endpoint_config, delete_endpoint_config
    ),
    "AWS::SageMaker::Endpoint": ResourceType(create_endpoint, update_endpoint, delete_endpoint),
    "AWS::SageMaker::ModelPackageGroup": ResourceType(create_group, update_group, delete_group),
}
