"""AWS JSON 1.0 and 1.1.

docs: smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel, ServiceModel, Shape

from slipway.engine.errors import AwsError
from slipway.engine.shapes import to_json
from slipway.engine.wire.message import WireRequest, WireResponse

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def tree(_shape: Shape, request: WireRequest) -> Any:
    """The body's value."""
    return loads(bytes(request.body))


def loads(body: bytes) -> Any:
    """The value of a JSON body; an empty body is an empty object. SerializationException."""
    try:
        value = json.loads(body or b"{}")
        if _HALF.search(body):
            # Half of a character is JSON, and no text that could be kept or answered.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except ValueError as error:
        raise AwsError("SerializationException", f"The request's body is not JSON: {error}", status=400) from error


def without_nulls(body: bytes) -> bytes:
    """A body of JSON without its members that are null, which is how JSON writes that there is none."""
    return json.dumps(_present(loads(body))).encode() if b"null" in body else body


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _present(item) for name, item in value.items() if item is not None}
    return [_present(item) for item in value] if isinstance(value, list) else value


def render(operation: OperationModel, result: Mapping[str, Any]) -> WireResponse:
    """The answer of a successful call."""
    body = json.dumps(to_json(operation.output_shape, result)).encode()
    return WireResponse(200, {"Content-Type": content_type(operation.service_model)}, body)


def render_error(model: ServiceModel, error: AwsError, request_id: str, status: int) -> WireResponse:
    """An error; services that spoke Query before repeat its code for clients that know no other.

    docs: smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-error-response-header
    """
    key = "Message" if model.metadata["protocol"] == "rest-json" else "message"
    body = json.dumps({"__type": error.code, key: error.message, "message": error.message, **error.fields}).encode()
    headers = {"Content-Type": content_type(model), "x-amzn-ErrorType": error.code, "x-amzn-RequestId": request_id}
    if "awsQueryCompatible" in model.metadata:
        headers["x-amzn-query-error"] = f"{error.code};{'Sender' if status < 500 else 'Receiver'}"
    return WireResponse(status, headers, body)


def content_type(model: ServiceModel) -> str:
    """What an answer's body says that it is."""
    if model.metadata["protocol"] == "rest-json":
        return "application/json"
    return f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}"
