"""AWS::SageMaker::Endpoint.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpoint.html
"""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resources.sagemaker.common import gone_is_success, is_gone, name_of, set_tags

_POLL_SECONDS = 0.1
_IN_PROGRESS = ("Creating", "Updating", "SystemUpdating", "RollingBack")
_UPDATE_ONLY = ("RetainAllVariantProperties", "ExcludeRetainedVariantProperties", "RetainDeploymentConfig")


def create_endpoint(call: ResourceCall) -> Created:
    """AWS::SageMaker::Endpoint; done when it is InService."""
    name = call.properties.get("EndpointName") or call.physical_name()
    request = {key: value for key, value in call.properties.items() if key not in _UPDATE_ONLY}
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
        if is_gone(error):
            return False
        raise
    return True


def update_endpoint(call: ResourceCall) -> Created:
    """UpdateEndpoint when anything but tags changed; a rolled back update is a failed one."""
    name = name_of(call)
    if _changed(call):
        request = {key: value for key, value in call.properties.items() if key not in ("Tags", "EndpointName")}
        request["EndpointName"] = name
        call.caller.client("sagemaker").update_endpoint(**request)
        _wait_until_in_service(call, name)
    set_tags(call)
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
    client, name = call.caller.client("sagemaker"), name_of(call)
    while _status(client, name) in _IN_PROGRESS:
        time.sleep(_POLL_SECONDS)
    gone_is_success(lambda: client.delete_endpoint(EndpointName=name))
    while _status(client, name):
        time.sleep(_POLL_SECONDS)


def _status(client: Any, name: str) -> str:
    """The endpoint's status, empty when there is no such endpoint."""
    try:
        return str(client.describe_endpoint(EndpointName=name)["EndpointStatus"])
    except ClientError as error:
        if is_gone(error):
            return ""
        raise


RESOURCES = {
    "AWS::SageMaker::Endpoint": ResourceType(
        create_endpoint,
        update_endpoint,
        delete_endpoint,
        honours=frozenset({"DeploymentConfig", "EndpointConfigName", "EndpointName", "Tags", *_UPDATE_ONLY}),
        refuses={"DeploymentConfig.RollingUpdatePolicy": "updates are blue and green"},
    ),
}
