"""What MiniStack has no operation for: ImportRestApi and PutRestApi, by which an OpenAPI document is handed in as JSON
or YAML, and FlushStageCache.

docs.aws.amazon.com/apigateway/latest/api/API_ImportRestApi.html
docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html
docs.aws.amazon.com/apigateway/latest/api/API_FlushStageCache.html
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import yaml

from slipway.engine import adapter
from slipway.engine.mend.apigateway import cache, openapi
from slipway.engine.mend.apigateway.refusal import NotExecuted, NotFound, Refused

_SERVICE = "services.apigateway_v1"
_TYPES = "endpointConfigurationTypes"
Response = tuple[int, dict[str, str], Any]
Handle = Callable[..., Awaitable[Response]]
Query = Mapping[str, list[str]]


def importing(handle: Handle) -> Handle:
    """`handle_request`, with the three operations in front of it."""

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: Query) -> Response:
        if not _is_text(body):
            return NotExecuted("Invalid OpenAPI input").response
        parts = [part for part in path.split("/") if part]
        mode = (query.get("mode") or [""])[0]
        if parts == ["restapis"] and method == "POST" and mode == "import":
            return _answer(lambda document: _import(document, query), body, 201)
        if len(parts) == 2 and parts[0] == "restapis" and method == "PUT":
            return _answer(lambda document: _put(parts[1], mode, document, query), body, 200)
        if len(parts) == 6 and (parts[2], *parts[4:], method) == ("stages", "cache", "data", "DELETE"):
            return _flush(parts[1], parts[3])
        return await handle(method, path, headers, body, query)

    return handled


def _is_text(body: bytes) -> bool:
    """Whether a body can be a document; an OpenAPI document is the only one that nobody has looked at before."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _flush(api_id: str, stage_name: str) -> Response:
    stage = adapter.part(_SERVICE)._stages_v1.get(api_id, {}).get(stage_name)
    if stage is None:
        return NotFound("Invalid Stage identifier specified").response
    if stage.get("cacheClusterEnabled"):
        cache.flush(api_id, stage_name, stage)
    return 202, {}, b""


def _import(document: dict[str, Any], query: Query) -> str:
    settings = _settings(query)
    return openapi.import_api(document, settings)


def _put(api_id: str, mode: str, document: dict[str, Any], query: Query) -> str:
    settings = _settings(query)
    if mode != "overwrite":
        raise NotExecuted(f"PutRestApi with mode {mode or 'merge'} is not executed here: overwrite is")
    api = adapter.part(_SERVICE)._rest_apis.get(api_id)
    if api is None:
        raise LookupError(api_id)
    openapi.overwrite_api(api_id, document)
    api.update(settings)
    return api_id


def _settings(query: Query) -> dict[str, Any]:
    """What the request's parameters say of the API; one that is not executed is refused."""
    for name in query:
        if name.lower() not in ("mode", "failonwarnings", _TYPES.lower()):
            raise NotExecuted(f"The parameter {name} is not executed here: {_TYPES} is")
    types = query.get(_TYPES)
    return {"endpointConfiguration": {"types": list(types)}} if types else {}


def _answer(act: Callable[[dict[str, Any]], str], body: bytes, status: int) -> Response:
    api = adapter.part(_SERVICE)
    try:
        api_id = act(_parsed(body))
    except LookupError:
        missing: Response = api._v1_error("NotFoundException", "Invalid API identifier specified", 404)
        return missing
    except Refused as error:
        refused: Response = error.response
        return refused
    made: Response = api._v1_response(api._rest_api_view(api._rest_apis[api_id]), status)
    return made


def _parsed(body: bytes) -> dict[str, Any]:
    """The document; through JSON, since a status code is a number in YAML and a text in OpenAPI."""
    try:
        document = json.loads(json.dumps(yaml.safe_load(body)) if body[:1] != b"{" else body)
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise NotExecuted("Invalid OpenAPI input") from error
    if not isinstance(document, dict):
        raise NotExecuted("Invalid OpenAPI input")
    return document
