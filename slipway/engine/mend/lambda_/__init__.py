"""Lambda: MiniStack keeps the functions, this package runs them.

What changes: a function runs in a process of its own under a session of its role, with the packages of AWS's runtime
and no others; its log is written under that role; errors carry the exception's class and stack trace; payload limits
hold; code that is not in S3, other runtimes and roles that do not trust Lambda are refused; asynchronous invocations,
queues and topics reach a function through the permissions that they need on AWS.

docs.aws.amazon.com/lambda/latest/dg/welcome.html
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import Engine, current
from slipway.engine.errors import AwsError
from slipway.engine.mend.lambda_ import asynchronous, event_source, layers, mappings, needs, readiness, requests
from slipway.engine.mend.lambda_.invocation import Runner
from slipway.engine.once import once

_SERVICE = "services.lambda_svc"
_LATEST = "$LATEST"
Response = tuple[int, dict[str, str], Any]
Create = Callable[..., Any]


@once
def runner(engine: Engine) -> Runner:
    """The engine's one runner."""
    return Runner(engine)


@once
def _pollers(engine: Engine) -> event_source.Pollers:
    return event_source.Pollers(engine)


@once
def events(engine: Engine) -> asynchronous.Events:
    """The events that wait for functions."""
    return asynchronous.Events(engine, runner(engine).metrics)


def apply() -> None:
    """Put our functions in MiniStack's places."""
    replace = functools.partial(adapter.replace, _SERVICE)
    replace("_execute_function_dispatch", lambda _: lambda *args: runner(current()).run(*args))
    replace("invoke_async_with_retry", lambda _: lambda record, event: events(current()).put(record, event))
    replace("_poll_sqs", lambda _: lambda: _pollers(current()).tick())
    replace("_fetch_code_from_s3", lambda _: requests.fetch_code)
    replace("_create_function", _checked_create)
    replace("_update_code", _checked_code)
    replace("_create_alias", _checked_alias)
    replace("_update_alias", _checked_alias)
    replace("_put_function_concurrency", _checked_concurrency)
    replace("_event_invoke_config", _of_latest)
    replace("_put_event_invoke_config", _checked_settings)
    replace("_delete_event_invoke_config", _of_latest)
    replace("_reserved_concurrency", lambda _: _reserved_concurrency)
    replace("_publish_layer_version", _answered)
    replace("_update_config", _checked_update)
    replace("_delete_function", _forgetting)
    replace("_emit_lambda_metrics", lambda _: _count)
    replace("_schedule_state_transition", lambda _: readiness.make_ready)
    replace("handle_request", _checked_request)


def _answered(function: Callable[..., Response]) -> Callable[..., Response]:
    """`function`, with an AwsError turned into Lambda's error response."""

    @functools.wraps(function)
    def answered(*args: Any, **kwargs: Any) -> Response:
        try:
            return function(*args, **kwargs)
        except AwsError as error:
            return error_response(error)

    return answered


def error_response(error: AwsError) -> Response:
    """An error in the form of Lambda's REST protocol."""
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
    body = {"Type": "User", "message": error.message, "Message": error.message}
    return error.status or 400, headers, json.dumps(body).encode()


def _checked_create(create: Create) -> Create:
    def checked(data: dict[str, Any]) -> Response:
        requests.check_upload("CreateFunction", data)
        requests.check_function(current(), data)
        requests.check_layers(data)
        response: Response = create(data)
        return response

    return _answered(checked)


def _checked_update(update: Create) -> Create:
    def checked(name: str, data: dict[str, Any]) -> Response:
        record = adapter.part(_SERVICE)._functions.get(name)
        if record is not None:
            requests.check_function(current(), {**record["config"], **data})
            requests.check_layers(data)
        response: Response = update(name, data)
        return response

    return _answered(checked)


def _checked_code(update: Create) -> Create:
    def checked(name: str, data: dict[str, Any]) -> Response:
        requests.check_upload("UpdateFunctionCode", data)
        response: Response = update(name, data)
        return response

    return _answered(checked)


def _checked_alias(change: Create) -> Create:
    def checked(name: str, *arguments: Any) -> Response:
        requests.check_alias(adapter.part(_SERVICE)._functions.get(name), arguments[-1])
        response: Response = change(name, *arguments)
        return response

    return _answered(checked)


def _checked_concurrency(put: Create) -> Create:
    def checked(name: str, data: dict[str, Any]) -> Response:
        functions = adapter.part(_SERVICE)._functions
        requests.check_concurrency(functions.values(), name, int(data.get("ReservedConcurrentExecutions", 0)))
        response: Response = put(name, data)
        return response

    return _answered(checked)


def _checked_settings(put: Create) -> Create:
    def checked(name: str, qualifier: str | None, data: dict[str, Any]) -> Response:
        record = adapter.part(_SERVICE)._functions.get(name)
        if record is not None:
            needs.check_destinations(current(), record["config"]["Role"], data)
        response: Response = put(name, qualifier or _LATEST, data)
        return response

    return _answered(checked)


def _of_latest(settings: Callable[..., Any]) -> Callable[..., Any]:
    """`settings` of a function's asynchronous invocations: those of no version or alias are `$LATEST`'s.

    docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
    """

    @functools.wraps(settings)
    def of_latest(function: Any, qualifier: str | None = None) -> Any:
        return settings(function, qualifier or _LATEST)

    return of_latest


def _reserved_concurrency(_: dict[str, Any], config: dict[str, Any]) -> int | None:
    """A function's reservation, which its versions and aliases share."""
    base = adapter.part(_SERVICE)._functions.get(config["FunctionName"]) or {}
    reserved: int | None = base.get("concurrency")
    return reserved


def _forgetting(delete: Callable[..., Any]) -> Callable[..., Any]:
    """`delete`, and then the function's environments end: beside it, as they write their last lines to this engine."""

    @functools.wraps(delete)
    def deleted(name: str, *args: Any, **kwargs: Any) -> Any:
        response = delete(name, *args, **kwargs)
        current().spawn(f"forget {name}", runner(current()).pool.forget, name)
        return response

    return deleted


def _count(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:
    """MiniStack tells of a throttled invocation where it happens, and again, with its time, where it is answered."""
    del error
    if throttle and not duration_ms:
        runner(current()).metrics.throttled(function_name)


def _checked_request(handle: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    async def checked(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Response:
        try:
            path = layers.by_name(method, path)
            if method == "POST" and path.rstrip("/").endswith(("/invocations", "/invoke-async")):
                requests.check_invocation(body, headers)
            if method == "POST" and path.rstrip("/").endswith("/event-source-mappings"):
                # In a thread, since it asks the queue by a call to this engine.
                await asyncio.to_thread(mappings.check, current(), json.loads(body))
        except AwsError as error:
            return error_response(error)
        token = requests.signer.set(adapter.signer(headers, query))
        try:
            return await handle(method, path, headers, body, query)
        except AwsError as error:
            return error_response(error)
        finally:
            requests.signer.reset(token)

    return checked
