"""Requests and answers on the wire, by botocore's service models.

docs: smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, aws-restjson1-protocol.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from botocore.model import OperationModel, ServiceModel, Shape

from slipway.engine.errors import AwsError, ValidationFailed
from slipway.engine.shapes import from_json, to_json

Query = Mapping[str, list[str]]


@dataclass(frozen=True)
class WireRequest:
    """A request as it came in; header names are lower case."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class WireResponse:
    """An answer as it goes out."""

    status: int
    headers: dict[str, str]
    body: bytes


def operation_of(model: ServiceModel, request: WireRequest) -> OperationModel | None:
    """The operation of the model that the request names, by its target header or its path."""
    target = request.headers.get("x-amz-target", "")
    if target:
        prefix, _, name = target.rpartition(".")
        known = prefix == model.metadata.get("targetPrefix") and name in model.operation_names
        return model.operation_model(name) if known else None
    for pattern, method, name in _routes(model):
        if method == request.method and pattern.fullmatch(request.path):
            return model.operation_model(name)
    return None


def parse(operation: OperationModel, request: WireRequest) -> dict[str, Any]:
    """The validated parameters of a request; ValidationFailed when it does not fit the model."""
    shape = operation.input_shape
    if shape is None:
        return {}
    if operation.service_model.metadata["protocol"] == "rest-json":
        return _parse_rest(operation, request)
    parsed: dict[str, Any] = from_json(shape, _json(request.body))
    return parsed


def render(operation: OperationModel, result: Mapping[str, Any] | None) -> WireResponse:
    """The answer of a successful call."""
    if operation.service_model.metadata["protocol"] == "rest-json":
        return _render_rest(operation, result or {})
    body = json.dumps(to_json(operation.output_shape, result or {})).encode()
    return WireResponse(200, {"Content-Type": _content_type(operation.service_model)}, body)


def render_error(model: ServiceModel, error: AwsError, request_id: str) -> WireResponse:
    """An error in the shape that clients parse; the status is the model's when the error has none."""
    status = error.status or _modelled_status(model, error.code)
    key = "message" if model.metadata["protocol"] == "json" else "Message"
    body = json.dumps({"__type": error.code, key: error.message, "message": error.message, **error.fields}).encode()
    headers = {"Content-Type": _content_type(model), "x-amzn-ErrorType": error.code, "x-amzn-RequestId": request_id}
    return WireResponse(status, headers, body)


def _modelled_status(model: ServiceModel, code: str) -> int:
    for shape in model.error_shapes:
        if code in (shape.name, shape.error_code):
            return int(shape.metadata.get("error", {}).get("httpStatusCode", 400))
    return 400


def _content_type(model: ServiceModel) -> str:
    if model.metadata["protocol"] == "json":
        return f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}"
    return "application/json"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", f"The request's body is not JSON: {error}", status=400) from error


@lru_cache
def _routes(model: ServiceModel) -> list[tuple[re.Pattern[str], str, str]]:
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        uri = http.get("requestUri", "/").partition("?")[0]
        routes.append((_uri_pattern(uri), http.get("method", "POST"), name))
    return sorted(routes, key=lambda route: route[0].pattern.count("(?P"))


def _uri_pattern(uri: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", uri)
    return re.compile("".join(_uri_part(part) for part in parts))


def _uri_part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part.strip("{}")
    return f"(?P<{_label(name.rstrip('+'))}>{'.+' if name.endswith('+') else '[^/]+'})"


def _label(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _parse_rest(operation: OperationModel, request: WireRequest) -> dict[str, Any]:
    shape = operation.input_shape
    uri = operation.http["requestUri"].partition("?")[0]
    match = _uri_pattern(uri).fullmatch(request.path)
    labels = match.groupdict() if match else {}
    payload = shape.serialization.get("payload")
    located: dict[str, Any] = {}
    for name, member in shape.members.items():
        value = _located(member, name, labels, request)
        if value is not None:
            located[name] = value
        elif name in shape.required_members and member.serialization.get("location"):
            raise ValidationFailed(
                f"1 validation error detected: Value null at '{name}' failed to satisfy constraint: "
                "Member must not be null"
            )
    if payload:
        located[payload] = request.body
        return located
    return {**from_json(shape, _json(request.body)), **located}


def _located(member: Shape, name: str, labels: Mapping[str, str], request: WireRequest) -> Any:
    wire = member.serialization.get("name", name)
    location = member.serialization.get("location")
    if location == "uri":
        return unquote(labels[_label(wire)]) if _label(wire) in labels else None
    if location == "header":
        return request.headers.get(wire.lower())
    if location == "querystring":
        values = request.query.get(wire)
        return values[0] if values else None
    return None


def _render_rest(operation: OperationModel, result: Mapping[str, Any]) -> WireResponse:
    shape = operation.output_shape
    headers = {"Content-Type": "application/json"}
    body: dict[str, Any] = {}
    for name, value in result.items():
        member = shape.members[name]
        if member.serialization.get("location") == "header":
            headers[member.serialization.get("name", name)] = str(value)
        elif name != shape.serialization.get("payload"):
            body[member.serialization.get("name", name)] = to_json(member, value, name)
    payload = shape.serialization.get("payload") if shape else None
    content = result.get(payload, b"") if payload else json.dumps(body).encode()
    return WireResponse(int(operation.http.get("responseCode", 200)), headers, content)
