"""Custom resources: the provider is told under the rights of the stack operation, and answers to an address.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.services.cloudformation import mailbox
from slipway.engine.services.cloudformation.stacks.operation import Cancelled, running

_DEFAULT_TIMEOUT = 3600
_WAIT_SECONDS = 0.1
# "The response body … can't exceed 4096 bytes in size", said of the object that a provider sends back.
_RESPONSE_BYTES = 4096


def create(call: ResourceCall) -> Created:
    """Ask the provider to create."""
    return _asked(call, "Create", {})


def update(call: ResourceCall) -> Created:
    """Ask the provider to update; another physical id than before says that it made a new resource."""
    old = _texts(call.old_properties)
    return _asked(call, "Update", {"PhysicalResourceId": call.physical_id, "OldResourceProperties": old})


def delete(call: ResourceCall) -> None:
    """Ask the provider to delete."""
    _asked(call, "Delete", {"PhysicalResourceId": call.physical_id})


def _asked(call: ResourceCall, kind: str, members: dict[str, Any]) -> Created:
    token = secrets.token_urlsafe(32)
    request = {
        "RequestType": kind,
        "RequestId": str(uuid.uuid4()),
        "ResponseURL": f"{call.engine.url}{mailbox.RESPONSES}{token}",
        "StackId": call.stack_id,
        "ResourceType": call.resource_type,
        "LogicalResourceId": call.logical_id,
        "ServiceToken": call.properties["ServiceToken"],
        "ResourceProperties": _texts(call.properties),
        **members,
    }
    with mailbox.opened(token) as letter:
        _send(call, request)
        answer = _wait(call, letter, request["RequestId"])
    return _read(answer, request)


def _texts(value: Any) -> Any:
    """Providers get every scalar as a text."""
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _texts(item) for key, item in value.items() if key != "ServiceTimeout"}
    return str(value).lower() if isinstance(value, bool) else str(value)


def _send(call: ResourceCall, request: dict[str, Any]) -> None:
    """A Lambda function is invoked asynchronously, a topic gets a message; both as the stack's caller."""
    token, text = str(call.properties["ServiceToken"]), json.dumps(request)
    service = (token.split(":") + [""] * 3)[2]
    try:
        if service == "lambda":
            call.caller.client("lambda").invoke(FunctionName=token, InvocationType="Event", Payload=text.encode())
        elif service == "sns":
            subject = "AWS CloudFormation custom resource request"
            call.caller.client("sns").publish(TopicArn=token, Subject=subject, Message=text)
        else:
            raise ResourceFailed(f"Invalid service token: {token}")
    except ClientError as error:
        raise ResourceFailed(f"Custom resource provider could not be invoked: {error}") from error


def _wait(call: ResourceCall, letter: mailbox.Letter, request_id: str) -> Mapping[str, Any]:
    seconds = call.engine.clock.limit(int(call.properties.get("ServiceTimeout", _DEFAULT_TIMEOUT)))
    operation = running(call.stack_id)
    is_deletion = call.physical_id != "" and not call.old_properties
    while seconds > 0:
        answer = letter.wait(min(_WAIT_SECONDS, seconds))
        if answer is not None:
            return answer
        seconds -= _WAIT_SECONDS
        if operation is not None and operation.gives_up and not is_deletion:
            raise Cancelled("Resource creation cancelled", physical_id=call.physical_id)
    raise ResourceFailed(
        f"CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId "
        f"[{request_id}]. If you are using the Python cfn-response module, you may need to update your Lambda function "
        f"code so that CloudFormation can attach the updated version."
    )


def _read(response: Mapping[str, Any], request: Mapping[str, Any]) -> Created:
    if len(json.dumps(response)) > _RESPONSE_BYTES:
        raise ResourceFailed("Response object is too long.")
    if response.get("Status") != "SUCCESS":
        raise ResourceFailed(
            f"Received response status [FAILED] from custom resource. Message returned: {response.get('Reason', '')} "
            f"(RequestId: {request['RequestId']})",
            physical_id=str(response.get("PhysicalResourceId") or ""),
        )
    physical_id = response.get("PhysicalResourceId") or request.get("PhysicalResourceId")
    if not physical_id:
        raise ResourceFailed("Invalid PhysicalResourceId")
    return Created(str(physical_id), dict(response.get("Data") or {}))


CUSTOM_RESOURCE = ResourceType(create=create, update=update, delete=delete)
