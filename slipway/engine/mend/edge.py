"""MiniStack behind our own edge: what its application does around a service's handler, and no more of it.

Its own way from a socket to a handler is not used (`slipway.engine.edge` and the dispatcher are ours); what a handler
may expect of it is here: the account, region and caller of the request, the checks that IAM makes of it, the headers
that go out with its answer. Requests to APIs of API Gateway and S3's CORS preflights are still its own.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from botocore.model import ServiceModel

from slipway.engine import adapter
from slipway.engine.actions import documented
from slipway.engine.caller import Caller, service_model
from slipway.engine.engine import current
from slipway.engine.errors import AccessDenied
from slipway.engine.executed import SERVED
from slipway.engine.mend import policy_context
from slipway.engine.mend.kms import requests as kms
from slipway.engine.mend.lambda_ import authorized
from slipway.engine.wire import WireRequest, xml

_APP, _ACTIONS, _EVALUATOR = "app", "core.iam_actions", "core.iam_evaluator"
# A body that takes some milliseconds to hash and to write.
_LONG_BYTES = 1024 * 1024
Answer = adapter.Response
Check = tuple[str, str, Mapping[str, Any]]


def apply() -> None:
    """Close MiniStack's root keys, and journal the checks that it makes by itself."""
    evaluator = adapter.part(_EVALUATOR)
    adapter.replace(_EVALUATOR, "enforce", _enforce)
    # MiniStack takes `test`, an empty key and any twelve digits for root; the engine has no such door.
    evaluator.is_root_access_key = evaluator._is_root_key = _no_root_key
    # It would read each model again, some tenths of a second in which nothing is served.
    adapter.replace("core.responses", "_service_model", _loaded_models)
    # It would load every service model of botocore (370 MB) to tell a foreign service from a misspelt one.
    adapter.part("core.router")._is_aws_service_name = bool


def _no_root_key(access_key_id: str) -> bool:
    del access_key_id
    return False


def _enforce(_: Callable[..., Any]) -> Callable[..., Any]:
    """The check of a call to an API: by AWS's own services too, and journalled."""

    def enforce(access_key_id: str, action: str, service: str, region: str, **options: Any) -> Any:
        del region
        failure = adapter.part(_EVALUATOR).check_credentials(access_key_id, service)
        if failure:
            return failure
        action, resource = documented(action, str(options.get("resource_arn") or "*"))
        try:
            current().authorization.check(access_key_id, action, resource, options.get("service_context") or {})
        except AccessDenied as denied:
            return adapter.denial(denied.principal, explicit=denied.explicit)
        return None

    return enforce


@contextlib.contextmanager
def request_scope(address: str) -> Iterator[None]:
    """Account, region and origin of a request, for whatever of MiniStack serves it."""
    engine = current()
    adapter.part("core.responses").set_request_client_ip(address)
    # AWS is reached over TLS only; here nothing leaves the machine, and loopback stands for it.
    adapter.part(_EVALUATOR).pin_request_origin(address, True)
    with adapter.request_scope(engine.account, engine.region):
        yield


def _loaded_models(_: Callable[[str], Any]) -> Callable[[str], ServiceModel | None]:
    """What finds the models that the dispatcher has loaded."""
    names = {served.ministack: name for name, served in SERVED.items()}

    def model(service: str) -> ServiceModel | None:
        return service_model(names[service], current().region) if service in names else None

    return model


def checks(service: str, operation: str, params: Mapping[str, Any], request: WireRequest) -> list[Check]:
    """The actions, resources and condition keys that IAM documents for a request to a service of MiniStack's."""
    actions, engine = adapter.part(_ACTIONS), current()
    headers, query = dict(request.headers), _routing(request)
    arguments = (service, request.method, request.plain_path, headers, request.body, query)
    ours = service == "lambda"
    action = authorized.action_of(operation) if ours else actions.extract_iam_action(*arguments)
    if action is None:
        return []
    named = authorized.resource_of(operation, params) if ours else ""
    resource = named or actions.extract_resource_arn(*arguments, engine.region, engine.account)
    keys = {
        **policy_context.conditions_of(service, request, query),
        **_service_keys(action, resource, request),
    }
    found = [(action, resource, keys), *_more(action, request, query)]
    return [(*documented(action, resource), keys) for action, resource, keys in found]


def _service_keys(action: str, resource: str, request: WireRequest) -> dict[str, Any]:
    """The service's own condition keys."""
    actions, engine = adapter.part(_ACTIONS), current()
    service, _, name = action.partition(":")
    keys: dict[str, Any] = {}
    if service == "s3":
        headers = adapter.part("services.s3")._merge_hoisted_amz_headers(dict(request.headers), dict(request.query))
        keys = actions.s3_service_context(action, request.query, request.plain_path, headers)
    if service == "logs":
        keys = actions.logs_service_context(name, request.body, resource, engine.region, engine.account)
    return keys


def _more(action: str, request: WireRequest, query: Mapping[str, list[str]]) -> list[Check]:
    """What a request needs besides: a copy's source, each key of a batch, each bus of many events, an alias's key."""
    actions, engine = adapter.part(_ACTIONS), current()
    service = action.partition(":")[0]
    if service == "s3":
        found = actions.s3_additional_checks(
            request.method, request.plain_path, dict(request.headers), request.body, query
        )
        return [(also, resource, {}) for also, resource in found]
    if service == "events":
        buses = actions.eventbridge_resource_arns(request.body, engine.region, engine.account)
        return [(action, bus, {}) for bus in buses[1:]]
    if service == "kms":
        key = kms.key_of_alias(bytes(request.body))
        return [(action, key, {})] if key else []
    return []


def _routing(request: WireRequest) -> dict[str, list[str]]:
    """The query with the fields of a form."""
    return adapter.routing_query(
        request.method,
        request.plain_path,
        dict(request.headers),
        bytes(request.body) if request.is_form else b"",
        dict(request.query),
    )


async def serve(service: str, request: WireRequest, caller: Caller, request_id: str) -> Answer:
    """Call a service's handler for a request that has passed the dispatcher's steps."""
    app, evaluator = adapter.part(_APP), adapter.part(_EVALUATOR)
    headers, path = dict(request.headers), request.plain_path
    # Our signature check was the check; S3 need not look at a presigned address again.
    query = {name: values for name, values in request.query.items() if name != "X-Amz-Signature"}
    evaluator._request_caller_arn.set(adapter.arn_of(caller.credentials.access_key_id))
    evaluator._verified_key.set(caller.credentials.access_key_id)
    if service == "s3" and (
        refused := adapter.part("services.s3").validate_object_request(request.method, path, headers, query)
    ):
        answer: Answer = refused
    else:
        handling = app.SERVICE_HANDLERS[service](request.method, path, headers, request.body, query)
        answer = await (_in_thread(handling) if _is_large(service, request) else handling)
    status, sent, body = answer
    if request.is_form:
        # It quotes what it was sent, which may hold what XML cannot.
        body = xml.cleaned(body.decode() if isinstance(body, bytes) else body)
    app.fix_error_content_type(service, status, sent)
    app.fix_success_content_type(service, status, sent)
    sent.update(_answer_headers(service, request, request_id))
    if service == "s3" and request.method == "HEAD":
        formatted: Answer = adapter.part("services.s3").format_head_response(path, headers, (status, sent, body))
        return formatted
    return status, sent, body


def _is_large(service: str, request: WireRequest) -> bool:
    """Whether S3 hashes and writes for so long that others would wait for it."""
    copies = "x-amz-copy-source" in request.headers or (request.method == "POST" and "uploadId" in request.query)
    return service == "s3" and (copies or len(request.body) > _LONG_BYTES)


async def _in_thread(handling: Coroutine[Any, Any, Answer]) -> Answer:
    """What a handler answers that never waits, run by a thread."""

    def run() -> Answer:
        try:
            handling.send(None)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
        handling.close()
        raise RuntimeError("a handler of S3's waits for something; it can no longer be run by a thread")

    return await asyncio.to_thread(run)


def _answer_headers(service: str, request: WireRequest, request_id: str) -> dict[str, str]:
    identifiers = {
        "x-amzn-requestid": request_id,
        "x-amz-request-id": request_id,
        "x-amz-id-2": base64.b64encode(os.urandom(48)).decode(),
    }
    if service != "s3":
        return identifiers
    bucket, _, _key = request.plain_path.lstrip("/").partition("/")
    cors: dict[str, str] = adapter.part("services.s3").cors_response_headers(
        bucket, request.method, dict(request.headers)
    )
    return {**cors, **identifiers}


def bucket_of(host: str) -> str:
    """The bucket that a virtual host stands for; empty when it is none.

    docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    app = adapter.part(_APP)
    bucket = app._extract_s3_vhost_bucket(host)
    taken = not bucket or app._S3_VHOST_EXCLUDE_RE.search(host) or bucket in app._NON_S3_VHOST_NAMES
    return "" if taken else str(bucket)


async def special(request: WireRequest, raw_headers: Any, raw_query: str, request_id: str) -> Answer | None:
    """The answer of what is not a service's API: APIs of API Gateway, CORS preflights."""
    app, host = adapter.part(_APP), request.headers.get("host", "")
    if app._parse_execute_api_url(host, request.path) is not None:
        return await _invoke_api(request, raw_headers, raw_query, request_id)
    if request.method == "OPTIONS":
        path = unquote(request.signed_path or request.path)
        preflight: Answer = app._handle_options_request(
            "OPTIONS", path, dict(request.headers), dict(request.query), request_id
        )
        return preflight
    return _refused(host, request.path)


async def _invoke_api(request: WireRequest, raw_headers: Any, raw_query: str, request_id: str) -> Answer:
    """A call of an API, which authenticates by itself: `slipway.engine.mend.apigateway` checks and journals it."""
    app, evaluator = adapter.part(_APP), adapter.part(_EVALUATOR)
    headers, query = dict(request.headers), dict(request.query)
    evaluator.pin_signed_request(request.method, request.path, query, raw_headers)
    evaluator.pin_signed_body(bytes(request.body))
    arguments = (headers.get("host", ""), request.plain_path, request.method, headers, bytes(request.body), query)
    answer = await app._handle_execute_api_request(*arguments, raw_path=request.path, raw_query_string=raw_query)
    answered: Answer = app._with_data_plane_headers(answer, request_id, wildcard_cors=False)
    return answered


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
