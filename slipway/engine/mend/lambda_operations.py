"""Lambda: operations that MiniStack lacks or leaves half done.

docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html
docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html (CodeSha256)
docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.lambda_svc"
_CONFIG = re.compile(r"/functions/([^/]+)/event-invoke-config/?")
_MEMBERS = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
Answer = tuple[int, dict[str, str], Any]
Handle = Callable[..., Awaitable[Answer]]


def apply() -> None:
    """Put our functions around MiniStack's."""
    adapter.replace(_SERVICE, "_publish_version", _of_that_code)
    adapter.replace(_SERVICE, "_get_policy", _unless_empty)
    adapter.replace(_SERVICE, "handle_request", _with_update)


def _of_that_code(publish: Callable[..., Answer]) -> Callable[..., Answer]:
    def published(name: str, data: dict[str, Any]) -> Answer:
        function = adapter.part(_SERVICE)._functions.get(name)
        current = function["config"].get("CodeSha256") if function else None
        wanted = data.get("CodeSha256")
        if current and wanted and wanted != current:
            return _error(
                "InvalidParameterValueException",
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({current}). "
                "Please try again with the CodeSHA256 in $LATEST.",
                400,
            )
        return publish(name, data)

    return published


def _unless_empty(get: Callable[..., Answer]) -> Callable[..., Answer]:
    """A function without permissions has no policy, rather than an empty one."""

    def got(name: str, *arguments: Any) -> Answer:
        function = adapter.part(_SERVICE)._functions.get(name)
        if function is not None and not function["policy"]["Statement"]:
            return _error("ResourceNotFoundException", "No policy is associated with the given resource.", 404)
        return get(name, *arguments)

    return got


def _with_update(handle: Handle) -> Handle:
    """UpdateFunctionEventInvokeConfig: what the request leaves out stays."""

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Answer:
        found = _CONFIG.search(path) if method == "POST" else None
        if found is None:
            return await handle(method, path, headers, body, query)
        return _update_event_invoke_config(found[1], json.loads(body or b"{}"), query)

    return handled


def _update_event_invoke_config(reference: str, data: dict[str, Any], query: Any) -> Answer:
    service = adapter.part(_SERVICE)
    name, of_path = service._resolve_request_scoped_name_and_qualifier(reference)
    qualifier = service._qualifier_from_path_or_query(of_path, query)
    function = service._functions.get(name)
    held = service._event_invoke_config(function, qualifier) if function else None
    if held is None:
        arn = f"{service._func_arn(name)}:{qualifier or '$LATEST'}"
        return _error("ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig", 404)
    kept = {member: held[member] for member in _MEMBERS if member in held}
    answer: Answer = service._put_event_invoke_config(name, qualifier, {**kept, **data})
    return answer


def _error(code: str, message: str, status: int) -> Answer:
    answer: Answer = adapter.part(_SERVICE).error_response_json(code, message, status)
    return answer
