"""The Query protocol: a form comes in, XML goes out.

docs: smithy.io/2.0/aws/protocols/aws-query-protocol.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from slipway.engine.errors import AwsError
from slipway.engine.wire import text, xml
from slipway.engine.wire.message import WireRequest, WireResponse

# Beside the operation's own parameters: which operation, and a signature that is not in a header.
_COMMON = frozenset({"Action", "Version", "SignatureVersion", "SignatureMethod", "Signature", "Timestamp"})
# The place of an item; longer than any form.
_NUMBER = re.compile(r"[0-9]{1,9}")
Form = dict[str, Any]


def action(request: WireRequest) -> str:
    """The operation that the form, or the query string, names; empty when neither does."""
    return str((_fields(request).get("Action") or [""])[0])


def tree(shape: StructureShape, request: WireRequest) -> Form:
    """The form's values by their names on the wire, nested and typed as the shape says."""
    nested: Form = {}
    for name, values in _fields(request).items():
        if name not in _COMMON and not name.startswith(("X-Amz-", "AWSAccessKeyId")):
            _put(nested, name.split("."), values[0])
    value: Form = _structure(shape, nested)
    return value


def render(operation: OperationModel, result: Mapping[str, Any], request_id: str) -> WireResponse:
    """The answer of a successful call."""
    shape = operation.output_shape
    wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result") if shape else ""
    content = xml.element(wrapper, xml.members(shape, result)) if shape else ""
    metadata = xml.element("ResponseMetadata", xml.element("RequestId", xml.escaped(request_id)))
    namespace = operation.service_model.metadata["xmlNamespace"]
    body = f'<{operation.name}Response xmlns="{namespace}">{content}{metadata}</{operation.name}Response>'
    return WireResponse(200, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode())


def render_error(model: ServiceModel, error: AwsError, request_id: str, status: int) -> WireResponse:
    """An error: `Sender` when the caller can mend it, `Receiver` when the service must."""
    fault = "Sender" if status < 500 else "Receiver"
    fields = {"Type": fault, "Code": error.code, "Message": error.message, **error.fields}
    inner = "".join(xml.element(name, xml.escaped(value)) for name, value in fields.items())
    namespace = model.metadata.get("xmlNamespace", "http://webservices.amazon.com/AWSFault/2005-15-09")
    body = (
        f'<ErrorResponse xmlns="{namespace}">{xml.element("Error", inner)}'
        f"{xml.element('RequestId', xml.escaped(request_id))}</ErrorResponse>"
    )
    return WireResponse(status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode())


def _fields(request: WireRequest) -> Mapping[str, list[str]]:
    form = parse_qs(bytes(request.body).decode("utf-8", "replace"), keep_blank_values=True) if request.is_form else {}
    return {**form, **request.query}


def _put(nested: Form, path: list[str], value: str) -> None:
    """`A.member.1.B=v` as `{"A": {"member": {"1": {"B": "v"}}}}`; a name alone has its value under the empty name."""
    for part in path:
        nested = nested.setdefault(part, {})
    nested[""] = value


def _value(shape: Shape, nested: Form) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, nested)
    if isinstance(shape, ListShape):
        return _list(shape, nested)
    if isinstance(shape, MapShape):
        return _map(shape, nested)
    return text.value(shape, nested[""]) if "" in nested else nested


def _structure(shape: StructureShape, nested: Form) -> Form:
    """Members by their names on the wire; what the shape lacks stays, for validation to name."""
    members = {_sent_as(member, name): (member, name) for name, member in shape.members.items()}
    values: Form = {}
    for sent, given in nested.items():
        if sent in members:
            member, name = members[sent]
            values[member.serialization.get("name", name)] = _value(member, given)
        elif sent:
            values[sent] = given
    return values


def _sent_as(member: Shape, name: str) -> str:
    """Under which name a member travels: a flattened list under that of its items."""
    own = str(member.serialization.get("name", name))
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        return str(member.member.serialization.get("name", own))
    return own


def _list(shape: ListShape, nested: Form) -> Any:
    """An empty value is an empty list."""
    items = nested if shape.serialization.get("flattened") else nested.get(_item(shape), {})
    return [_value(shape.member, item) for item in _numbered(items)]


def _item(shape: ListShape) -> str:
    return str(shape.member.serialization.get("name", "member"))


def _map(shape: MapShape, nested: Form) -> Any:
    entries = nested if shape.serialization.get("flattened") else nested.get("entry", {})
    key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    pairs = [(_value(shape.key, entry.get(key, {"": ""})), entry.get(value, {"": ""})) for entry in _numbered(entries)]
    if not all(isinstance(name, str) for name, _ in pairs):
        raise AwsError("SerializationException", "The key of an entry is a text", status=400)
    return {name: _value(shape.value, given) for name, given in pairs}


def _numbered(entries: Form) -> Iterable[Form]:
    return [entries[number] for number in sorted((name for name in entries if _NUMBER.fullmatch(name)), key=int)]
