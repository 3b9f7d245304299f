"""What the dispatcher answers to calls that nobody serves, each named, in the words of the client's protocol."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from slipway.engine import adapter, wire
from slipway.engine.directory import Address
from slipway.engine.errors import AwsError

_LISTED = "docs/local-engine.md lists what it"
# REST services whose clients read XML; those of the Query protocol send forms.
_XML = frozenset({"cloudfront", "route53", "s3-control"})


def no_service(address: Address) -> AwsError:
    """Neither ours nor MiniStack's."""
    name = address.service or "for requests that are not signed"
    return AwsError(
        "UnsupportedService", f"The local engine has no service {name} ({address.name}); {_LISTED} has", status=501
    )


def no_operation(address: Address) -> AwsError:
    """AWS's own error for an operation that the service does not have."""
    return AwsError("UnknownOperationException", f"{address.service} has no operation {address.name}", status=400)


def not_executed(address: Address) -> AwsError:
    """An operation of AWS's that the engine does not execute."""
    message = f"The local engine does not execute {address.service}:{address.name}; {_LISTED} does"
    return AwsError("UnsupportedOperation", message, status=501)


def render(address: Address, error: AwsError, request: wire.WireRequest, request_id: str) -> adapter.Response:
    """The error as the client's protocol has it; of a service without a model as its clients most likely read it."""
    if address.model is not None:
        protocol = wire.protocol_of(address.model, request)
        answer = wire.render_error(address.model, error, request_id, protocol)
        return answer.status, answer.headers, b"" if request.method == "HEAD" else answer.body
    return error.status or 400, *_without_model(address, error, request)


def _without_model(address: Address, error: AwsError, request: wire.WireRequest) -> tuple[dict[str, str], bytes]:
    if request.is_form or address.service in _XML:
        inner = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
        outer = (
            "<Response><Errors>{}</Errors></Response>"
            if address.service == "ec2"
            else "<ErrorResponse>{}</ErrorResponse>"
        )
        return {"Content-Type": "text/xml"}, outer.format(inner).encode()
    body = json.dumps({"__type": error.code, "message": error.message}).encode()
    return {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": error.code}, body
