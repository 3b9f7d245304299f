"""Roles handed to MiniStack's services: iam:PassRole, that the role exists, and that it trusts the service.

docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from slipway.engine import adapter
from slipway.engine.authorization import passed_roles
from slipway.engine.caller import service_model
from slipway.engine.errors import AwsError
from slipway.engine.wire import Query, WireRequest, render_error

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

# service: operation: where the role is in the request, and who gets it
JSON_OPERATIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "events": {
        "PutRule": ("RoleArn", "events.amazonaws.com"),
        "PutTargets": ("Targets.RoleArn", "events.amazonaws.com"),
    },
}
QUERY_OPERATIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "cloudformation": dict.fromkeys(
        ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet"), ("RoleARN", "cloudformation.amazonaws.com")
    )
}
SERVICES = frozenset({*JSON_OPERATIONS, *QUERY_OPERATIONS, "lambda"})
_LAMBDA_FUNCTIONS = "/2015-03-31/functions"


def refusal(
    engine: Engine, service: str, request: WireRequest, routing: Query, request_id: str
) -> adapter.Response | None:
    """The answer that refuses the request because of a role that it hands over; None when nothing is wrong."""
    handed = list(_handed(service, request, routing))
    if not handed:
        return None
    identified = adapter.identify(dict(request.headers), dict(request.query))
    if identified.code:
        return None  # MiniStack's own edge answers a request that nobody signed
    try:
        for role_arn, principal in handed:
            engine.authorization.check_pass_role(identified.access_key_id, role_arn, principal)
    except AwsError as error:
        return _rendered(engine, service, error, request_id)
    return None


def _handed(service: str, request: WireRequest, routing: Query) -> list[tuple[str, str]]:
    if service in JSON_OPERATIONS:
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        path, principal = JSON_OPERATIONS[service].get(operation, ("", ""))
        return [(role, principal) for role in passed_roles(_body(request), path)] if path else []
    if service in QUERY_OPERATIONS:
        operation = (routing.get("Action") or [""])[0]
        path, principal = QUERY_OPERATIONS[service].get(operation, ("", ""))
        return [(role, principal) for role in routing.get(path, [])] if path else []
    if service == "lambda" and request.path.startswith(_LAMBDA_FUNCTIONS) and request.method in ("POST", "PUT"):
        return [(role, "lambda.amazonaws.com") for role in passed_roles(_body(request), "Role")]
    return []


def _body(request: WireRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _rendered(engine: Engine, service: str, error: AwsError, request_id: str) -> adapter.Response:
    if service in QUERY_OPERATIONS:
        status = error.status or 400
        code = "AccessDenied" if status == 403 else "ValidationError"
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(error.message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return status, {"Content-Type": "text/xml"}, body.encode()
    model = service_model(service, engine.region)
    response = render_error(model, error, request_id)
    return response.status, response.headers, response.body
