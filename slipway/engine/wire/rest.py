"""REST protocols: an input's members are in the path, the query string, headers and the body, which is JSON or XML.

docs: smithy.io/2.0/spec/http-bindings.html, smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from slipway.engine.errors import AwsError
from slipway.engine.shapes import from_parts, to_json
from slipway.engine.spool import Body
from slipway.engine.wire import json_, text, xml
from slipway.engine.wire.message import WireRequest, WireResponse
from slipway.engine.wire.routes import label, uri_pattern


def parse(operation: OperationModel, request: WireRequest, protocol: str) -> dict[str, Any]:
    """The validated parameters of a request. A body that is a payload of its own is handed on as it is, not copied."""
    shape: StructureShape = operation.input_shape
    match = uri_pattern(operation.http["requestUri"].partition("?")[0]).fullmatch(request.path)
    labels = match.groupdict() if match else {}
    located: dict[str, Any] = {}
    for name, member in shape.members.items():
        value = _located(member, name, labels, request)
        if value is not None:
            located[name] = value
    payload = shape.serialization.get("payload")
    if payload is None:
        return from_parts(shape, _members(shape, request.body, protocol), located)
    if request.body or payload in shape.required_members:
        located[payload] = _payload(shape.members[payload], request.body, protocol)
    return from_parts(shape, {}, located)


def has_body(operation: OperationModel) -> bool:
    """Whether anything of the input is in the request's body."""
    shape = operation.input_shape
    return shape is not None and any("location" not in member.serialization for member in shape.members.values())


def is_payload(operation: OperationModel) -> bool:
    """Whether the body is one member as it is, and no document of members."""
    return operation.input_shape is not None and "payload" in operation.input_shape.serialization


def render(operation: OperationModel, result: Mapping[str, Any]) -> WireResponse:
    """The answer of a successful call to a service that speaks REST and JSON."""
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


def render_xml_error(error: AwsError, request_id: str, status: int) -> WireResponse:
    """An error of S3."""
    fields = {"Code": error.code, "Message": error.message, **error.fields, "RequestId": request_id}
    inner = "".join(xml.element(name, xml.escaped(value)) for name, value in fields.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    return WireResponse(status, {"Content-Type": "application/xml", "x-amz-request-id": request_id}, body.encode())


def _members(shape: StructureShape, body: Body, protocol: str) -> Any:
    """The tree of a body that holds members; none of an operation that has none there."""
    if all("location" in member.serialization for member in shape.members.values()):
        return {}
    return json_.loads(bytes(body)) if protocol == "rest-json" else _xml(shape, bytes(body))


def _payload(shape: Shape, body: Body, protocol: str) -> Any:
    if shape.type_name == "blob":
        return body
    if shape.type_name == "string":
        return bytes(body).decode("utf-8", "replace")
    return json_.loads(bytes(body)) if protocol == "rest-json" else _xml(shape, bytes(body))


def _xml(shape: Shape, body: bytes) -> Any:
    try:
        # Expat bounds the expansion of entities and loads nothing from outside.
        return xml.tree(shape, ElementTree.fromstring(body)) if body else {}  # noqa: S314
    except ElementTree.ParseError as error:
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        raise AwsError("MalformedXML", message, status=400) from error


def _located(member: Shape, name: str, labels: Mapping[str, str], request: WireRequest) -> Any:
    location = member.serialization.get("location")
    wire = member.serialization.get("name", name)
    if location == "uri":
        found = labels.get(label(wire))
        return None if found is None else text.value(member, unquote(found))
    if location == "header":
        return _in_header(member, request.headers.get(wire.lower()))
    if location == "headers":
        return _prefixed(wire.lower(), request.headers)
    return _in_query(member, wire, request) if location == "querystring" else None


def _in_header(member: Shape, value: str | None) -> Any:
    if value is None:
        return None
    if isinstance(member, ListShape):
        return [text.value(member.member, item.strip()) for item in value.split(",")]
    return text.value(member, value)


def _prefixed(prefix: str, headers: Mapping[str, str]) -> dict[str, str] | None:
    """A map of headers, such as an object's metadata."""
    found = {name.removeprefix(prefix): value for name, value in headers.items() if name.startswith(prefix)}
    return found or None


def _in_query(member: Shape, wire: str, request: WireRequest) -> Any:
    if isinstance(member, MapShape):
        return {name: values[0] for name, values in request.query.items()}
    values = request.query.get(wire)
    if not values:
        return None
    if isinstance(member, ListShape):
        return [text.value(member.member, each) for each in values]
    return text.value(member, values[0])
