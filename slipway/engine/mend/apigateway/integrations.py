"""Integrations: a Lambda proxy, or a mock with fixed templates; others are refused when they are put.

docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
docs.aws.amazon.com/apigateway/latest/api/API_PutIntegrationResponse.html
docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

import re

from slipway.engine.mend.apigateway.refusal import Data, NotExecuted, NotFound, Refused, gateway, patched

EXECUTED = ("AWS_PROXY", "MOCK")
CALLER_CREDENTIALS = "arn:aws:iam::*:user/*"
_FUNCTION = re.compile(
    r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/"
    r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[^/]+/invocations"
)
_REFERENCE = re.compile(r"[$#]")
_STATIC = re.compile(r"'[^']*'")
_HEADER = "method.response.header."
_TIMEOUTS = range(50, 29001)
_CACHE_KEY = re.compile(r"method\.request\.(querystring|header|path)\.[^\s]+")


def check(integration: Data, place: str) -> None:
    """Refuse an integration that is not executed, or not valid; `place` says where it stands."""
    kind = str(integration.get("type", "")).upper()
    if kind not in EXECUTED:
        raise NotExecuted(f"integration type {kind} of {place} is not executed here: {', '.join(EXECUTED)} are")
    if str(integration.get("connectionType") or "INTERNET").upper() != "INTERNET":
        raise NotExecuted(f"connectionType {integration['connectionType']} of {place} is not executed here")
    for member in ("contentHandling", "tlsConfig", "requestParameters", "integrationTarget"):
        if integration.get(member):
            raise NotExecuted(f"{member} of the integration of {place} is not executed here")
    for parameter in integration.get("cacheKeyParameters") or []:
        if not _CACHE_KEY.fullmatch(str(parameter)):
            raise NotExecuted(
                f"the cache key parameter {parameter} of {place} is not executed here: parameters of the method are"
            )
    if str(integration.get("responseTransferMode") or "BUFFERED").upper() != "BUFFERED":
        raise NotExecuted(f"responseTransferMode {integration['responseTransferMode']} of {place} is not executed here")
    if int(integration.get("timeoutInMillis") or _TIMEOUTS.stop - 1) not in _TIMEOUTS:
        raise Refused(f"Timeout should be between {_TIMEOUTS.start} ms and {_TIMEOUTS.stop - 1} ms")
    (_check_proxy if kind == "AWS_PROXY" else _check_mock)(integration, place)


def _check_proxy(integration: Data, place: str) -> None:
    uri = str(integration.get("uri", ""))
    if not uri.startswith("arn:"):
        raise Refused("Invalid ARN specified in the request")
    if not _FUNCTION.fullmatch(uri):
        raise Refused(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        )
    if integration.get("credentials") == CALLER_CREDENTIALS:
        raise NotExecuted(
            f"{place} invokes its function with the caller's credentials, which is not executed here: "
            "name a role, or none so that the function's policy decides (in SAM: InvokeRole: NONE)"
        )
    if str(integration.get("httpMethod", "")).upper() != "POST":
        raise Refused(
            f"{place} would call its function with {integration.get('httpMethod') or 'no HTTP method'}: "
            "Lambda takes POST"
        )


def _check_mock(integration: Data, place: str) -> None:
    for content_type, template in (integration.get("requestTemplates") or {}).items():
        if _REFERENCE.search(str(template)):
            raise NotExecuted(
                f"the mapping template for {content_type} of {place} is not executed here: fixed ones are"
            )


def check_put(api_id: str, resource_id: str, verb: str, data: Data) -> None:
    """PutIntegration."""
    check(data, _place(api_id, resource_id, verb))
    if data.get("cacheNamespace"):
        raise NotExecuted(f"cacheNamespace of {_place(api_id, resource_id, verb)} is not executed here")
    declared = (_method(api_id, resource_id, verb) or {}).get("requestParameters") or {}
    for parameter in data.get("cacheKeyParameters") or []:
        if parameter not in declared:
            raise Refused(f"Invalid cache key parameter specified: {parameter}")


def check_update(api_id: str, resource_id: str, verb: str, data: Data) -> None:
    """UpdateIntegration: the same of what comes out."""
    for operation in data.get("patchOperations") or []:
        if str(operation.get("path", "")).startswith("/cache"):
            raise NotExecuted(f"an update of {operation['path']} is not executed here: put the integration anew")
    integration = (_method(api_id, resource_id, verb) or {}).get("methodIntegration")
    if integration:
        check(patched(integration, data), _place(api_id, resource_id, verb))


def check_response(api_id: str, resource_id: str, verb: str, status: str, data: Data) -> None:
    """PutIntegrationResponse: it answers by a method response, with headers which that one declares."""
    method = _method(api_id, resource_id, verb)
    if method is None:
        raise NotFound("Invalid Method identifier specified")
    declared = method["methodResponses"].get(str(status))
    if declared is None:
        raise Refused(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
            "[No method response exists for method.]"
        )
    place = _place(api_id, resource_id, verb)
    for name, expression in (data.get("responseParameters") or {}).items():
        if not name.startswith(_HEADER) or name not in declared["responseParameters"]:
            raise Refused(f"Invalid mapping expression parameter specified: {name}")
        if not _STATIC.fullmatch(str(expression)):
            raise NotExecuted(f"{expression}, from which {place} takes {name}, is not executed here: 'fixed text' is")
    for content_type, template in (data.get("responseTemplates") or {}).items():
        if _REFERENCE.search(str(template or "")):
            raise NotExecuted(
                f"the mapping template for {content_type} of {place} is not executed here: fixed ones are"
            )
    if data.get("contentHandling"):
        raise NotExecuted(f"contentHandling of a response of {place} is not executed here")


def _method(api_id: str, resource_id: str, verb: str) -> Data | None:
    resource = gateway()._resources.get(api_id, {}).get(resource_id) or {}
    found: Data | None = resource.get("resourceMethods", {}).get(verb)
    return found


def _place(api_id: str, resource_id: str, verb: str) -> str:
    resource = gateway()._resources.get(api_id, {}).get(resource_id) or {}
    return f"{verb} {resource.get('path', resource_id)}"
