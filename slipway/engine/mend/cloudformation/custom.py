"""Custom resources: the provider is invoked under the rights of the stack operation, and answers to a URL.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.cloudformation import hooks
from slipway.engine.mend.cloudformation.authority import acting
from slipway.engine.resource import ResourceFailed

_MODULE = f"{hooks.PACKAGE}.custom_resource"
_DEFAULT_TIMEOUT = 3600
# "The response body … can't exceed 4096 bytes in size", said of the object that a provider sends back.
_RESPONSE_BYTES = 4096


def apply() -> None:
    """Take the invocation over."""
    adapter.replace(_MODULE, "invoke_custom_resource", lambda _original: invoke)


def invoke(
    request_type: str,
    logical_id: str,
    props: dict[str, Any],
    stack_name: str,
    stack_id: str,
    resource_type: str,
    physical_id: str | None = None,
    old_props: dict[str, Any] | None = None,
) -> tuple[str, dict[str, Any]]:
    """Send one request to the provider and wait for its response; physical id and attributes."""
    del stack_name
    mailbox = adapter.part(_MODULE)
    token = str(uuid.uuid4())
    request = {
        "RequestType": request_type,
        "RequestId": str(uuid.uuid4()),
        "ServiceToken": props.get("ServiceToken", ""),
        "ResponseURL": f"{current().url}/_ministack/cfn-response/{token}",
        "StackId": stack_id,
        "ResourceType": resource_type,
        "LogicalResourceId": logical_id,
        "ResourceProperties": mailbox._normalise_resource_properties(props),
    }
    if physical_id is not None:
        request["PhysicalResourceId"] = physical_id
    if old_props is not None:
        request["OldResourceProperties"] = mailbox._normalise_resource_properties(old_props)
    answered = mailbox.register_token(token)
    try:
        _send(str(request["ServiceToken"]), json.dumps(request))
        seconds = int(props.get("ServiceTimeout", _DEFAULT_TIMEOUT))
        if not answered.wait(current().clock.real(seconds)):
            raise ResourceFailed(
                f"CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
                f"requestId [{request['RequestId']}]. If you are using the Python cfn-response module, you may need to "
                f"update your Lambda function code so that CloudFormation can attach the updated version."
            )
        return _read(mailbox._pending[token]["result"], request)
    finally:
        mailbox._pending.pop(token, None)


def _send(service_token: str, request: str) -> None:
    """A Lambda function is invoked asynchronously, a topic gets a message; both as the stack's caller."""
    service = (service_token.split(":") + [""] * 3)[2]
    try:
        if service == "lambda":
            acting().client("lambda").invoke(
                FunctionName=service_token, InvocationType="Event", Payload=request.encode()
            )
        elif service == "sns":
            acting().client("sns").publish(
                TopicArn=service_token, Subject="AWS CloudFormation custom resource request", Message=request
            )
        else:
            raise ResourceFailed(f"Invalid service token: {service_token}")
    except ClientError as error:
        raise ResourceFailed(f"Custom resource provider could not be invoked: {error}") from error


def _read(response: Mapping[str, Any], request: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if len(json.dumps(response)) > _RESPONSE_BYTES:
        raise ResourceFailed("Response object is too long.")
    reason = response.get("Reason", "")
    if response.get("Status") != "SUCCESS":
        raise ResourceFailed(
            f"Received response status [FAILED] from custom resource. Message returned: {reason} "
            f"(RequestId: {request['RequestId']})"
        )
    physical_id = response.get("PhysicalResourceId") or request.get("PhysicalResourceId")
    if not physical_id:
        raise ResourceFailed("Invalid PhysicalResourceId")
    return str(physical_id), dict(response.get("Data") or {})
