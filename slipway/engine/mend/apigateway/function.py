"""Lambda proxy integrations: the function is invoked by a real call, its answer is read as API Gateway reads it.

docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.errors import AccessDenied
from slipway.engine.mend.apigateway import exchange
from slipway.engine.mend.apigateway.access_log import PRINCIPAL
from slipway.engine.mend.apigateway.exchange import Exchange

if TYPE_CHECKING:
    from slipway.engine.mend.apigateway.execution import Request

_ANSWER_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"}
_FAILED = "Internal server error"
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_IDENTITY = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
    *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn"),
)


class Malformed(ValueError):
    """The function's answer is not what a proxy integration must return."""


async def invoke(request: Request, integration: dict[str, Any], authorizer: Any) -> Any:
    """Invoke the function; a response, or MiniStack's value for a gateway error."""
    gateway = adapter.part("services.apigateway_v1")
    passing = exchange.current.get()
    name = gateway._extract_lambda_ref_from_integration_uri(_filled(integration["uri"], request.stage))
    event = event_of(request, authorizer, passing)
    run = adapter.part("core.concurrency").run_reentrant
    call = asyncio.ensure_future(run(_call, request, integration, name, event))
    done, _ = await asyncio.wait({call}, timeout=int(integration.get("timeoutInMillis") or 29000) / 1000)
    if not done:
        passing.integration_error = "Execution failed due to a timeout error"
        return gateway._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
    try:
        payload, failed = call.result()
    except (AccessDenied, ClientError, BotoCoreError) as error:
        return _not_invoked(gateway, passing, error)
    passing.integration_status = 200
    try:
        if failed:
            raise Malformed(f"The function failed: {payload}")
        return response_of(payload, request)
    except Malformed as error:
        passing.integration_error = str(error)
        return _bad_gateway()


def _filled(uri: str, stage: dict[str, Any]) -> str:
    """The function's URI with the stage's variables; one that is not set leaves nothing.

    docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
    """
    variables = stage.get("variables") or {}
    return _STAGE_VARIABLE.sub(lambda match: str(variables.get(match[1], "")), uri)


def _not_invoked(gateway: Any, passing: Exchange, error: Exception) -> Any:
    """Lambda refused: too large, or not allowed, or not there; the last two are the API's own configuration."""
    passing.integration_error = str(error)
    response = getattr(error, "response", {})
    passing.integration_status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if passing.integration_status == 413:
        return gateway._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
    return gateway._gw_error("API_CONFIGURATION_ERROR", _FAILED)


def _bad_gateway() -> tuple[int, dict[str, str], bytes]:
    """docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html."""
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "InternalServerErrorException"}
    return 502, headers, json.dumps({"message": _FAILED}, separators=(", ", ": ")).encode()


def _call(request: Request, integration: dict[str, Any], name: str, event: dict[str, Any]) -> tuple[Any, bool]:
    """The function's payload and whether it is an error; blocking."""
    engine = current()
    resource = request.resource["path"].lstrip("/")
    method_arn = engine.arn("execute-api", f"{request.api_id}/{request.stage_name}/{request.verb}/{resource}")
    role = integration.get("credentials")
    if role:
        caller = engine.as_role(role, PRINCIPAL, f"{request.api_id}-{request.stage_name}"[:64], method_arn)
    else:
        caller = engine.as_service(PRINCIPAL, method_arn)
    answer = caller.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read() or b"null"), "FunctionError" in answer


def event_of(request: Request, authorizer: Any, passing: Exchange) -> dict[str, Any]:
    """The proxy event, payload format 1.0; header names in the customary case, which HTTP leaves open."""
    gateway, engine = adapter.part("services.apigateway_v1"), current()
    headers = {
        **customary(request.headers),
        "X-Amzn-Trace-Id": passing.trace_id,
        "X-Forwarded-For": passing.source_ip,
        "X-Forwarded-Port": str(engine.port),
        "X-Forwarded-Proto": "http",
    }
    event: dict[str, Any] = gateway._build_lambda_event_v1(
        request.api_id,
        request.stage_name,
        request.stage,
        request.resource,
        request.path,
        request.verb,
        headers,
        request.body,
        request.query,
        request.parameters,
        binary_media_types=request.api.get("binaryMediaTypes") or [],
        authorizer_context=authorizer,
        caller_identity=passing.identity or None,
    )
    event.pop("version", None)
    event.update(_encoded(request))
    context = event["requestContext"]
    context.update(requestId=passing.request_id, extendedRequestId=passing.extended_id)
    context["identity"].update(sourceIp=passing.source_ip, userAgent=passing.header("user-agent"))
    context["identity"] = {**dict.fromkeys(_IDENTITY), **context["identity"], **_api_key(request)}
    context["domainName"] = f"{request.api_id}.execute-api.{engine.region}.amazonaws.com"
    context["domainPrefix"] = request.api_id
    return event


def customary(headers: dict[str, Any]) -> dict[str, Any]:
    """Headers with their names as clients mostly write them, `Content-Type`."""
    return {"-".join(word.capitalize() for word in name.split("-")): value for name, value in headers.items()}


def _encoded(request: Request) -> dict[str, Any]:
    """The body, in base64 when its type is one of the API's binary ones."""
    gateway = adapter.part("services.apigateway_v1")
    kind, binary = request.headers.get("content-type"), request.api.get("binaryMediaTypes") or []
    if request.body and gateway._media_type_matches(kind, binary):
        return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
    return {"body": request.body.decode(errors="replace") or None, "isBase64Encoded": False}


def _api_key(request: Request) -> dict[str, str]:
    """The API key that a method asked for."""
    gateway = adapter.part("services.apigateway_v1")
    key = gateway._resolve_api_key(gateway._api_key_from_request(request.headers))
    return {"apiKey": key["value"], "apiKeyId": key["id"]} if key and request.method.get("apiKeyRequired") else {}


def response_of(payload: Any, request: Request) -> tuple[int, dict[str, Any], bytes]:
    """The HTTP response that a function's answer stands for; Malformed where AWS answers 502."""
    if not isinstance(payload, dict) or not set(payload) <= _ANSWER_MEMBERS or "statusCode" not in payload:
        raise Malformed(f"Malformed Lambda proxy response: {json.dumps(payload)[:200]}")
    try:
        status = int(payload["statusCode"])
    except (TypeError, ValueError) as error:
        raise Malformed("Malformed Lambda proxy response: statusCode is no number") from error
    body = payload.get("body")
    if body is not None and not isinstance(body, str):
        raise Malformed("Malformed Lambda proxy response: body is no string")
    return status, _headers(payload), _body(payload, body or "", request)


def _headers(payload: dict[str, Any]) -> dict[str, Any]:
    single, multiple = payload.get("headers") or {}, payload.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        raise Malformed("Malformed Lambda proxy response: headers are no object")
    headers: dict[str, Any] = {name: str(value) for name, value in single.items()}
    for name, values in multiple.items():
        headers = {other: value for other, value in headers.items() if other.lower() != name.lower()}
        headers[name] = [str(value) for value in values]
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    return headers


def _body(payload: dict[str, Any], body: str, request: Request) -> bytes:
    accepted = adapter.part("services.apigateway_v1")._media_type_matches(
        request.headers.get("accept"), request.api.get("binaryMediaTypes") or []
    )
    return base64.b64decode(body) if payload.get("isBase64Encoded") and accepted else body.encode()
