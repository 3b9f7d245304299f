"""Around every request to an API: the journal, the response's own headers, access log and metrics.

docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from slipway.engine import adapter, journal
from slipway.engine.engine import current as current_engine
from slipway.engine.mend.apigateway import access_log
from slipway.engine.mend.apigateway.exchange import Exchange, current

Response = tuple[int, dict[str, Any], Any]
Handle = Callable[..., Awaitable[Response]]
_SERVICE = "services.apigateway_v1"
_DENIALS = ("Deny", "ImplicitDeny")


def _open(api_id: str, stage_name: str, method: str, path: str, headers: dict[str, str]) -> Exchange:
    api = adapter.part(_SERVICE)
    scope = api.find_api_scope(api_id)
    stage: dict[str, Any] = {}
    if scope is not None:
        with adapter.request_scope(*scope):
            stage = api._stages_v1.get(api_id, {}).get(stage_name) or {}
    return Exchange(api_id, stage_name, method, path, headers, stage=stage)


def observed(handle: Handle) -> Handle:
    """`handle_execute`, with what surrounds it."""

    async def executed(
        api_id: str, stage_name: str, method: str, path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Response:
        exchange = _open(api_id, stage_name, method, path, headers)
        token = current.set(exchange)
        try:
            response = await handle(api_id, stage_name, method, path, headers, body, query)
        finally:
            current.reset(token)
        if not _signed(headers, query):
            anonymous = journal.Entry(exchange.request_id, "execute-api", f"{method} {path}", caller="anonymous")
            anonymous.status = response[0]
            current_engine().journal.write(anonymous)
        return _closed(exchange, response)

    return executed


def _signed(headers: dict[str, str], query: Any) -> bool:
    """Whether the request carries a signature; one that does was judged and journalled before it got to its method."""
    return bool(headers.get("authorization")) or "X-Amz-Signature" in (query or {})


def observed_refusal(enforce: Callable[..., Response | None]) -> Callable[..., Response | None]:
    """`_enforce_execute_api`: journalled, and a refusal is logged and counted like any other answer."""

    def enforced(
        api_id: str, stage: str, method: str, path: str, headers: dict[str, str], query: Any, **more: Any
    ) -> Response | None:
        if not _signed(headers, query):
            return None  # nobody signed: the method decides, and says "Missing Authentication Token" if it must
        exchange = _open(api_id, stage, method, path, headers)
        entry = journal.Entry(exchange.request_id, "execute-api", f"{method} {path}")
        with current_engine().journal.call(entry):
            refused = enforce(api_id, stage, method, path, headers, query, **more)
            if refused is not None and any(check["decision"] in _DENIALS for check in entry.checks):
                refused = _denied(exchange, entry)
            entry.status = refused[0] if refused else 200
            entry.error = "AccessDenied" if refused else ""
        if refused is None:
            return None
        exchange.error_type = "ACCESS_DENIED"
        return _closed(exchange, refused)

    return enforced


def _denied(exchange: Exchange, entry: journal.Entry) -> Response:
    """The stage's own answer to a caller whose policies do not allow the call; the account is masked as on AWS.

    docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
    """
    check = entry.checks[-1]
    account = current_engine().account
    resource = check["resource"].replace(f":{account}:", f":********{account[-4:]}:")
    explicit = " with an explicit deny" if check["decision"] == "Deny" else ""
    text = f"User: {entry.caller} is not authorized to perform: {check['action']} on resource: {resource}{explicit}"
    request = {
        "api_id": exchange.api_id,
        "stage_name": exchange.stage_name,
        "stage": exchange.stage,
        "headers": exchange.headers,
        "query_params": {},
        "path_params": {},
        "resource_path": "",
        "request_id": exchange.request_id,
    }
    gateway = adapter.part(_SERVICE)
    response: Response = gateway._gateway_error_response(gateway._gw_error("ACCESS_DENIED", text), request)
    return response


def _closed(exchange: Exchange, response: Response) -> Response:
    status, headers, body = response
    headers = {name: value for name, value in headers.items() if name.lower() != "x-amzn-requestid"}
    headers["x-amzn-requestid"] = exchange.request_id
    headers["x-amz-apigw-id"] = exchange.extended_id
    headers["X-Amzn-Trace-Id"] = exchange.trace_id
    if exchange.stage:
        access_log.write(exchange, status, len(body or b""))
        _measure(exchange, status)
    return status, headers, body


def _measure(exchange: Exchange, status: int) -> None:
    """The metrics of AWS/ApiGateway for this request."""
    api = adapter.part(_SERVICE)
    engine = current_engine()
    with adapter.request_scope(engine.account, engine.region):
        name = (api._rest_apis.get(exchange.api_id) or {}).get("name", "")
        values = {
            "Count": 1.0,
            "4XXError": float(400 <= status < 500),
            "5XXError": float(status >= 500),
            "Latency": (time.time() - exchange.begun) * 1000,
        }
        if exchange.integration_seconds is not None:
            values["IntegrationLatency"] = exchange.integration_seconds * 1000
        if exchange.cached is not None:
            values["CacheHitCount" if exchange.cached else "CacheMissCount"] = 1.0
        record = adapter.part("services.cloudwatch").record_metric
        for metric, value in values.items():
            unit = "Milliseconds" if metric.endswith("Latency") else "Count"
            for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": exchange.stage_name}):
                record("AWS/ApiGateway", metric, value, unit, dimensions)
