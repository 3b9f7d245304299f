"""A request through a stage: method, authorization, key, throttle, quota, validation, integration, in AWS's order.

docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.apigateway import cache, canaries, deployment, exchange, function, mock
from slipway.engine.mend.apigateway.exchange import Exchange

LARGEST_BODY = 10485760
_JSON = "application/json"
Answer = Any


@dataclass(frozen=True)
class Request:
    """A request that found its method."""

    api: dict[str, Any]
    api_id: str
    stage_name: str
    stage: dict[str, Any]
    resource: dict[str, Any]
    method: dict[str, Any]
    verb: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, Any]
    body: bytes
    query: dict[str, list[str]]
    account: str
    region: str


def _gateway() -> Any:
    return adapter.part("services.apigateway_v1")


async def execute(
    mapped: dict[str, Any],
    api_id: str,
    stage_name: str,
    verb: str,
    path: str,
    headers: dict[str, Any],
    body: bytes,
    query: dict[str, list[str]],
    account: str,
    region: str,
) -> Answer:
    """Serve one request; a gateway error is MiniStack's value for it, and `mapped` is what such an error reads."""
    gateway, passing = _gateway(), exchange.current.get()
    mapped["request_id"] = passing.request_id
    stage = gateway._stages_v1.get(api_id, {}).get(stage_name)
    if stage is None:
        forbidden = {"Content-Type": "application/json", "x-amzn-ErrorType": "ForbiddenException"}
        return 403, forbidden, b'{"message":"Forbidden"}'
    mapped["stage"] = stage = canaries.drawn(stage)
    passing.canary = "canary" in stage if stage.get(canaries.SETTINGS) else None
    deployed = deployment.deployed(api_id, stage)
    resource, parameters, method = deployment.find_method(deployed, verb, path)
    if method is None:
        return _error("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")
    mapped["resource_path"] = passing.resource_path = resource["path"]
    mapped["path_params"] = parameters
    api = gateway._rest_apis[api_id]
    request = Request(
        api, api_id, stage_name, stage, resource, method, verb, path, parameters, headers, body, query, account, region
    )
    authorizer, refused = await _authorize(request, deployed)
    refused = refused or _limit(request) or _validate(request, deployed, mapped)
    return refused if refused is not None else await _answer(request, authorizer, passing)


def _error(response_type: str, message: str) -> Answer:
    passing = exchange.current.get()
    passing.error_type, passing.error_message = response_type, message
    return _gateway()._gw_error(response_type, message)


def _noted(error: Answer) -> Answer:
    if error is not None:
        passing = exchange.current.get()
        passing.error_type, passing.error_message = error.response_type, error.message or ""
    return error


async def _authorize(request: Request, deployed: str) -> tuple[Any, Answer]:
    """MiniStack looks for a method's authorizer by the API's id, and would find another than was deployed."""
    custom = request.method.get("authorizationType") == "CUSTOM"
    error, context = await _gateway()._authorize_request_v1(
        deployed if custom else request.api_id,
        request.stage_name,
        request.method,
        request.verb,
        request.path,
        request.resource,
        request.headers,
        request.body,
        request.query,
        request.parameters,
        request.stage,
        request.account,
        request.region,
    )
    if error is None and (request.method.get("authorizationType") or "").upper() == "AWS_IAM":
        exchange.current.get().identity = _gateway()._iam_caller_identity(request.headers, request.query) or {}
    return context, _noted(error)


def _limit(request: Request) -> Answer:
    """API key, throttle and quota."""
    gateway = _gateway()
    error, key = gateway._check_api_key(request.method, request.api_id, request.stage_name, request.headers)
    if error is not None:
        return _noted(error)
    named = key or gateway._resolve_api_key(gateway._api_key_from_request(request.headers))
    error = gateway._check_throttle(
        request.stage, request.api_id, request.stage_name, request.resource["path"], request.verb, named
    )
    return _noted(error or gateway._check_quota(key, request.api_id, request.stage_name))


def _validate(request: Request, deployed: str, mapped: dict[str, Any]) -> Answer:
    if len(request.body) > LARGEST_BODY:
        return _error("REQUEST_TOO_LARGE", f"HTTP content length exceeded {LARGEST_BODY} bytes.")
    gateway = _gateway()
    error = gateway._check_request_validation(
        _with_model(request), deployed, mapped, request.headers, request.body, request.query
    )
    integration = request.method.get("methodIntegration") or {}
    return _noted(error or gateway._check_passthrough_behavior(integration, request.headers))


def _with_model(request: Request) -> dict[str, Any]:
    """The method with the one model for the request's content type, or `$default`'s; without it nothing is checked.

    docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    kind = str(exchange.current.get().header("content-type") or _JSON).partition(";")[0].strip()
    models = request.method.get("requestModels") or {}
    model = models.get(kind) or models.get("$default")
    return {**request.method, "requestModels": {_JSON: model} if model else {}}


async def _answer(request: Request, authorizer: Any, passing: Exchange) -> Answer:
    """The integration's answer, from the stage's cache where the method has one."""
    place = cache.place(request)
    if place is None:
        return await _integrate(request, authorizer, passing)
    found = place.find()
    passing.cached = found is not None
    answer = found if found is not None else await _integrate(request, authorizer, passing)
    if found is None and isinstance(answer, tuple):
        place.keep(answer)
    return place.answered(answer) if isinstance(answer, tuple) else answer


async def _integrate(request: Request, authorizer: Any, passing: Exchange) -> Answer:
    integration = request.method.get("methodIntegration")
    if not integration:
        return _error("API_CONFIGURATION_ERROR", "Internal server error")
    with _timed(passing):
        if integration["type"] == "AWS_PROXY":
            answer = await function.invoke(request, integration, authorizer)
        else:
            answer = mock.answer(integration, passing.header("content-type"))
    return answer if isinstance(answer, tuple) else _noted(answer)


@contextlib.contextmanager
def _timed(passing: Exchange) -> Iterator[None]:
    begun = time.monotonic()
    yield
    passing.integration_seconds = time.monotonic() - begun
