"""Requests and answers on the wire, by botocore's service models.

One module a protocol: each turns a request into a tree of values by their names on the wire, which
`slipway.engine.shapes` validates, and an answer's members into a body. A request says by its form which protocol it
speaks, since several services speak more than one.

docs: smithy.io/2.0/aws/protocols/ (aws-json-1_1-protocol.html, aws-restjson1-protocol.html, aws-restxml-protocol.html,
aws-query-protocol.html), smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel, ServiceModel

from slipway.engine.errors import AwsError
from slipway.engine.shapes import Members, from_json
from slipway.engine.wire import cbor, codes, json_, query, rest
from slipway.engine.wire.chunked import joined
from slipway.engine.wire.json_ import without_nulls
from slipway.engine.wire.message import Query, WireRequest, WireResponse, inflated
from slipway.engine.wire.rest import has_body, is_payload
from slipway.engine.wire.routes import named, operation_of, protocol_of

__all__ = [
    "Query",
    "WireRequest",
    "WireResponse",
    "has_body",
    "inflated",
    "is_payload",
    "joined",
    "named",
    "operation_of",
    "parse",
    "protocol_of",
    "render",
    "render_error",
    "without_nulls",
]

_RPC = {"json": json_.tree, "query": query.tree, "smithy-rpc-v2-cbor": cbor.tree}


def parse(operation: OperationModel, request: WireRequest) -> dict[str, Any]:
    """The validated parameters of a request; ValidationFailed when it does not fit the model."""
    try:
        return _parsed(operation, request)
    except RecursionError as error:
        message = "The request's body has more levels than the local engine reads"
        raise AwsError("SerializationException", message, status=400) from error


def _parsed(operation: OperationModel, request: WireRequest) -> dict[str, Any]:
    shape = operation.input_shape
    if shape is None:
        return Members()
    protocol = protocol_of(operation.service_model, request)
    if protocol in _RPC:
        parsed: dict[str, Any] = from_json(shape, _RPC[protocol](shape, request))
        return parsed
    return rest.parse(operation, request, protocol)


def render(
    operation: OperationModel, result: Mapping[str, Any] | None, request_id: str = "", protocol: str = ""
) -> WireResponse:
    """The answer of a successful call, in the protocol of the request, else in the service's own."""
    spoken = protocol or operation.service_model.metadata["protocol"]
    if spoken == "query":
        return query.render(operation, result or {}, request_id)
    if spoken == "rest-json":
        return rest.render(operation, result or {})
    if spoken == "smithy-rpc-v2-cbor":
        return cbor.render(operation, result or {})
    return json_.render(operation, result or {})


def render_error(model: ServiceModel, error: AwsError, request_id: str, protocol: str = "") -> WireResponse:
    """An error in the shape that clients parse; the status is the model's when the error has none."""
    spoken = protocol or model.metadata["protocol"]
    error = codes.as_named_by(model.service_name, spoken, error)
    status = error.status or _modelled_status(model, error.code)
    if spoken == "query":
        return query.render_error(model, error, request_id, status)
    if spoken == "rest-xml":
        return rest.render_xml_error(error, request_id, status)
    if spoken == "smithy-rpc-v2-cbor":
        return cbor.render_error(model, error, request_id, status)
    return json_.render_error(model, error, request_id, status)


def _modelled_status(model: ServiceModel, code: str) -> int:
    for shape in model.error_shapes:
        if code in (shape.name, shape.error_code):
            return int(shape.metadata.get("error", {}).get("httpStatusCode", 400))
    return 400
