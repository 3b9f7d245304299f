"""Lambda authorizers: which are taken, and their function, which is invoked by a real call.

API Gateway invokes it as apigateway.amazonaws.com with the authorizer's ARN as aws:SourceArn, so the function's policy
decides, or under the authorizer's role.

docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.errors import AccessDenied
from slipway.engine.mend.apigateway.access_log import PRINCIPAL
from slipway.engine.mend.apigateway.function import customary
from slipway.engine.mend.apigateway.refusal import Data, NotExecuted, Refused, gateway, patched

_TYPES = ("TOKEN", "REQUEST")
_TTLS = range(3601)
_SOURCE = re.compile(r"method\.request\.(header|querystring)\.[^\s,]+|stageVariables\.\w+|context\.[\w.]+")


def check(api_id: str, data: Data) -> None:
    """CreateAuthorizer."""
    del api_id  # MiniStack looks for it
    kind, uri = data.get("type"), str(data.get("authorizerUri") or "")
    if kind not in _TYPES:
        raise NotExecuted(f"authorizers of type {kind} are not executed here: {', '.join(_TYPES)} are")
    if "/functions/" not in uri or not uri.startswith("arn:"):
        raise Refused(
            f"Invalid Authorizer URI: {uri}. Authorizer URI should be a valid API Gateway ARN that represents"
            " a Lambda function invocation."
        )
    if int(data.get("authorizerResultTtlInSeconds") or 0) not in _TTLS:
        raise Refused(f"Authorizer result TTL must be from {_TTLS.start} to {_TTLS.stop - 1} seconds")
    _check_sources(data)


def _check_sources(data: Data) -> None:
    sources = [source.strip() for source in str(data.get("identitySource") or "").split(",") if source.strip()]
    wrong = [source for source in sources if not _SOURCE.fullmatch(source)]
    if wrong:
        raise Refused(f"Invalid identity source: {wrong[0]}")
    if data["type"] == "TOKEN" and not (len(sources) == 1 and sources[0].startswith("method.request.header.")):
        raise Refused("A TOKEN authorizer's identity source is one request header: method.request.header.<name>")
    if data["type"] == "REQUEST" and not sources and data.get("authorizerResultTtlInSeconds") != 0:
        raise Refused("A REQUEST authorizer needs an identity source while its results are cached")
    expression = data.get("identityValidationExpression")
    try:
        re.compile(expression or "")
    except re.error as error:
        raise Refused(f"Invalid identity validation expression {expression}: {error}") from error


def check_update(api_id: str, authorizer_id: str, data: Data) -> None:
    """UpdateAuthorizer: the same of what comes out."""
    authorizer = gateway()._authorizers_v1.get(api_id, {}).get(authorizer_id)
    if authorizer is not None:
        check(api_id, patched(authorizer, data))


async def invoke(authorizer: Data, event: Data, account: str, region: str) -> Data | None:
    """What the function says: `body`, and `error` when it failed; None when it could not be invoked."""
    del account, region  # this engine's
    api_id = event["methodArn"].split(":")[5].partition("/")[0]
    if "requestContext" in event:
        event["requestContext"]["apiId"] = api_id
        for member in ("headers", "multiValueHeaders"):
            event[member] = customary(event[member])
    try:
        answered: Data = await adapter.part("core.concurrency").run_reentrant(_call, authorizer, event, api_id)
    except (AccessDenied, ClientError):
        return None
    return answered


def _call(authorizer: Data, event: Data, api_id: str) -> Data:
    engine = current()
    source = engine.arn("execute-api", f"{api_id}/authorizers/{authorizer['id']}")
    role = authorizer.get("authorizerCredentials")
    if role:
        caller = engine.as_role(role, PRINCIPAL, f"{api_id}-authorizer"[:64], source)
    else:
        caller = engine.as_service(PRINCIPAL, source)
    name = gateway()._extract_lambda_ref_from_integration_uri(authorizer["authorizerUri"])
    answer = caller.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    body: Any = json.loads(answer["Payload"].read() or b"null")
    return {"body": body, **({"error": True} if "FunctionError" in answer else {})}
