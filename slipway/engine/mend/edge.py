"""MiniStack's edge serves some addresses before its own router, and so past the dispatcher: those ways are closed.

What stays: CORS preflights, the two addresses that AWS presigns for CloudFormation, APIs of API Gateway (checked and
journalled in `mend/apigateway`), and S3 by virtual host or through its control API, which check for themselves and are
journalled here. Anything else goes to the router, and with it through the dispatcher's four steps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slipway.engine import adapter, journal
from slipway.engine.engine import current

_APP = "app"
_S3_CONTROL = "/v20180820/"
Answer = tuple[int, dict[str, str], Any]
Handle = Callable[..., Awaitable[Answer | None]]


def apply() -> None:
    """Put our functions around MiniStack's."""
    adapter.replace(_APP, "_handle_pre_body_request", _only_preflights)
    adapter.replace(_APP, "_handle_post_body_shortcuts", _only_presigned)
    adapter.replace(_APP, "_handle_special_data_plane_request", _only_listed_planes)


def _only_preflights(handle: Handle) -> Handle:
    async def handled(method: str, *request: Any) -> Answer | None:
        return await handle(method, *request) if method == "OPTIONS" else None

    return handled


def _only_presigned(handle: Handle) -> Handle:
    async def handled(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any, request_id: str
    ) -> Answer | None:
        if not path.startswith("/_ministack/"):
            return None
        kind = path.split("/")[2]  # never the token behind it
        entry = journal.Entry(request_id, "cloudformation", f"{method} {kind}", caller="presigned")
        return await _journalled(entry, handle(method, path, headers, body, query, request_id))

    return handled


def _only_listed_planes(handle: Handle) -> Handle:
    async def handled(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any, request_id: str, **more: Any
    ) -> Answer | None:
        app, host = adapter.part(_APP), headers.get("host", "")
        if (refused := _refused(host, path)) is not None:
            return refused
        if app._parse_execute_api_url(host, path) is not None:
            return await handle(method, path, headers, body, query, request_id, **more)
        if path.startswith(_S3_CONTROL) or app._extract_s3_vhost_bucket(host):
            entry = journal.Entry(request_id, "s3", f"{method} {path}")
            return await _journalled(entry, handle(method, path, headers, body, query, request_id, **more))
        return None

    return handled


def _refused(host: str, path: str) -> Answer | None:
    """What a client could take for a service of the engine's, and is none."""
    app = adapter.part(_APP)
    what = ""
    if app._parse_lambda_url(host, path) is not None:
        what = "function URLs"
    elif app._is_ecr_registry_path(path):
        what = "Docker registry API (`docker` in a build pushes and pulls images)"
    if not what:
        return None
    body = f'{{"message": "The local engine has no {what}; docs/local-engine.md lists what it has"}}'
    return 501, {"Content-Type": "application/json"}, body.encode()


async def _journalled(entry: journal.Entry, answering: Awaitable[Answer | None]) -> Answer | None:
    """Write the entry, with the checks made meanwhile, when there is an answer: otherwise the router makes its own."""
    with journal.noting(entry):
        answer = await answering
    if answer is not None:
        entry.status = answer[0]
        entry.error = str(answer[1].get("x-amzn-errortype", "")) if answer[0] >= 400 else ""
        current().journal.write(entry)
        if answer[0] < 400 and not entry.operation.startswith(("GET ", "HEAD ")):
            current().changes.note(entry.service)
    return answer
