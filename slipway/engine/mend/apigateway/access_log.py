"""A stage's access log, written under the account's CloudWatch role.

docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

from __future__ import annotations

import functools
import json
import re
import time
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import Engine, current
from slipway.engine.logs import LogStream
from slipway.engine.mend.apigateway.exchange import Exchange
from slipway.engine.once import once

PRINCIPAL = "apigateway.amazonaws.com"
NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"
_VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_.]+)")
_ABSENT = "-"


def role() -> str:
    """The account's role for logs, empty when it is not set."""
    settings = adapter.part("services.apigateway_v1")._account_settings.get("settings") or {}
    return str(settings.get("cloudwatchRoleArn") or "")


def write(exchange: Exchange, status: int, length: int) -> None:
    """Write the line of one request, if its stage has an access log."""
    settings = exchange.stage.get("accessLogSettings") or {}
    if not settings.get("destinationArn"):
        return
    line = rendered(settings.get("format", ""), variables(exchange, status, length))
    group = settings["destinationArn"].partition(":log-group:")[2].removesuffix(":*")
    _stream(current(), role(), group, exchange.api_id, exchange.stage_name).write(line)


@once
def _stream(engine: Engine, role_arn: str, group: str, api_id: str, stage_name: str) -> LogStream:
    caller = functools.partial(engine.as_role, role_arn, PRINCIPAL, f"{api_id}-{stage_name}"[:64])
    return LogStream(caller, group, f"{api_id}_{stage_name}")


def rendered(form: str, values: dict[str, Any]) -> str:
    """The format with its `$context` variables filled in; `-` for what is absent, as on AWS."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1).rstrip(".")
        found = values.get(name)
        text = _ABSENT if found is None or found == "" else str(found)
        return text + match.group(1)[len(name) :]

    return _VARIABLE.sub(value, form)


def variables(exchange: Exchange, status: int, length: int) -> dict[str, Any]:
    """The `$context` variables of an exchange."""
    engine, begun = current(), time.gmtime(exchange.begun)
    milliseconds = _milliseconds(exchange.integration_seconds)
    return {
        "accountId": engine.account,
        "apiId": exchange.api_id,
        "domainName": f"{exchange.api_id}.execute-api.{engine.region}.amazonaws.com",
        "domainPrefix": exchange.api_id,
        "error.message": exchange.error_message,
        "error.messageString": json.dumps(exchange.error_message) if exchange.error_message else "",
        "error.responseType": exchange.error_type,
        "extendedRequestId": exchange.extended_id,
        "httpMethod": exchange.method,
        "integration.error": exchange.integration_error,
        "integration.integrationStatus": exchange.integration_status,
        "integration.latency": milliseconds,
        "integration.status": exchange.integration_status,
        "integrationErrorMessage": exchange.integration_error,
        "integrationLatency": milliseconds,
        "integrationStatus": exchange.integration_status,
        "isCanaryRequest": None if exchange.canary is None else str(exchange.canary).lower(),
        "path": f"/{exchange.stage_name}{exchange.path}",
        "protocol": "HTTP/1.1",
        "requestId": exchange.request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", begun),
        "requestTimeEpoch": int(exchange.begun * 1000),
        "resourcePath": exchange.resource_path,
        "responseLatency": _milliseconds(time.time() - exchange.begun),
        "responseLength": length,
        "stage": exchange.stage_name,
        "status": status,
        "xrayTraceId": exchange.trace_id if exchange.stage.get("tracingEnabled") else "",
        "identity.sourceIp": exchange.source_ip,
        "identity.userAgent": exchange.header("user-agent"),
        **{f"identity.{name}": value for name, value in exchange.identity.items()},
    }


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
