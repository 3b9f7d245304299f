"""ImportRestApi and PutRestApi, the API's way to hand in an OpenAPI document.

docs.aws.amazon.com/apigateway/latest/api/API_ImportRestApi.html
docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.apigateway import openapi

_SERVICE = "services.apigateway_v1"
Response = tuple[int, dict[str, str], Any]
Handle = Callable[..., Awaitable[Response]]


def importing(handle: Handle) -> Handle:
    """`handle_request`, with the two operations in front of it."""

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Response:
        parts = [part for part in path.split("/") if part]
        mode = (query.get("mode") or [""])[0]
        if parts == ["restapis"] and method == "POST" and mode == "import":
            return _answer(lambda document: openapi.import_api(document), body, 201)
        if len(parts) == 2 and parts[0] == "restapis" and method == "PUT":
            return _answer(lambda document: _put(parts[1], mode, document), body, 200)
        return await handle(method, path, headers, body, query)

    return handled


def _put(api_id: str, mode: str, document: dict[str, Any]) -> str:
    if mode != "overwrite":
        raise openapi.NotExecuted(f"PutRestApi with mode {mode or 'merge'} is not executed here: overwrite is")
    if api_id not in adapter.part(_SERVICE)._rest_apis:
        raise LookupError(api_id)
    openapi.overwrite_api(api_id, document)
    return api_id


def _answer(act: Callable[[dict[str, Any]], str], body: bytes, status: int) -> Response:
    api = adapter.part(_SERVICE)
    try:
        api_id = act(json.loads(body))
    except LookupError:
        missing: Response = api._v1_error("NotFoundException", "Invalid API identifier specified", 404)
        return missing
    except ValueError as error:
        reason = str(error) if isinstance(error, openapi.NotExecuted) else "Invalid OpenAPI input: write it as JSON"
        refused: Response = api._v1_error("BadRequestException", reason, 400)
        return refused
    made: Response = api._v1_response(api._rest_api_view(api._rest_apis[api_id]), status)
    return made
