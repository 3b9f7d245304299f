"""The API actions: served off the event loop, under an authority, refusing what is not executed.

An action may read a template from S3 and a parameter from SSM through real calls, so it cannot hold the event loop that
serves them.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from slipway.engine import adapter
from slipway.engine.caller import Caller
from slipway.engine.credentials import Credentials
from slipway.engine.engine import current
from slipway.engine.errors import AccessDenied
from slipway.engine.mend.cloudformation import hooks
from slipway.engine.mend.cloudformation.authority import Authority, authority, under

Action = Callable[[dict[str, Any]], Any]

# Actions that start an operation on a stack: they act under its role.
_OPERATIONS = (
    "CreateStack",
    "UpdateStack",
    "DeleteStack",
    "CreateChangeSet",
    "ExecuteChangeSet",
    "ContinueUpdateRollback",
    "RollbackStack",
    "CancelUpdateStack",
)
# Request parameters that would otherwise be ignored:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
_REFUSED = (
    "NotificationARNs",
    "ResourceTypes",
    "RollbackConfiguration",
    "StackPolicyBody",
    "StackPolicyDuringUpdateBody",
    "StackPolicyDuringUpdateURL",
    "StackPolicyURL",
    "TimeoutInMinutes",
)
_RETRIED = "_retried"
# The API's handlers check and then write; off the event loop nothing else keeps two of them apart.
_serving = threading.RLock()


def apply() -> None:
    """Put every action behind these corrections."""
    handlers = hooks.module("handlers")._ACTION_HANDLERS
    for name in _OPERATIONS:
        handlers[name] = _refusing(_authorized(name, handlers[name]))
    handlers["UpdateStack"] = _from_failed_update(handlers["UpdateStack"])
    handlers["CreateChangeSet"] = _from_failed_update(handlers["CreateChangeSet"])
    hooks.replace("_stack_has_no_updates", _unless_retried)
    handlers["SetStackPolicy"] = _refused_action("SetStackPolicy")
    handlers["DescribeStacks"] = _with_authority_shown(handlers["DescribeStacks"])
    adapter.replace(hooks.PACKAGE, "handle_request", _off_the_loop)
    hooks.replace("_create_stack_task_in_region", _on_the_loop)


def _off_the_loop(serve: Any) -> Any:
    """`handle_request` in a thread of its own, with the requester known."""

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Any:
        _loop[:] = [asyncio.get_running_loop()]
        requester = _requester(headers, query)

        def in_thread() -> Any:
            with _serving, under(Authority(requester)):
                return asyncio.run(serve(method, path, headers, body, query))

        # A thread of its own, not one of a pool: what it calls may need the pool's last thread.
        return await adapter.part("core.concurrency").run_reentrant(in_thread)

    return handle_request


_loop: list[asyncio.AbstractEventLoop] = []


def _on_the_loop(original: Any) -> Any:
    """The operation's background task goes to the engine's event loop, whichever thread served the request."""
    in_region = hooks.module("stacks")._stack_region_context

    def create_stack_task_in_region(coroutine: Any, stack: dict[str, Any] | None, stack_id: str | None = None) -> None:
        with in_region(stack, stack_id):
            asyncio.run_coroutine_threadsafe(coroutine, _loop[0])

    del original
    return create_stack_task_in_region


def _requester(headers: dict[str, str], query: dict[str, list[str]]) -> Caller:
    identified = adapter.identify(headers, query)
    secret, token = adapter.secret_of(identified.access_key_id) or ("", None)
    return Caller(current(), identified.arn, Credentials(identified.access_key_id, secret, token))


def _authorized(name: str, action: Action) -> Action:
    """Act under the role that the request names, else under the one the change set or the stack retained.

    `iam:PassRole` is checked where the request is dispatched: a retained role may be used without it.
    """

    def act(params: dict[str, Any]) -> Any:
        role_arn = hooks.parameter(params, "RoleARN") or _retained_role(params)
        granted = Authority(authority().requester, role_arn)
        try:
            with under(granted):
                granted.caller()
                response = action(params)
        except AccessDenied:
            return hooks.error("ValidationError", f"Role {role_arn} is invalid or cannot be assumed")
        # A role given to DeleteStack is for that one deletion.
        if role_arn and response[0] < 400 and name != "DeleteStack":
            # A change set keeps its role until it is executed, the stack from then on.
            record = _change_set(params) if name == "CreateChangeSet" else _stack(params)
            (record or {})["RoleARN"] = role_arn
        return response

    return act


def _change_set(params: dict[str, Any]) -> dict[str, Any] | None:
    name, stack_name = hooks.parameter(params, "ChangeSetName"), hooks.parameter(params, "StackName")
    found: dict[str, Any] | None = hooks.module("changesets")._find_change_set(name, stack_name)[1] if name else None
    return found


def _stack(params: dict[str, Any]) -> dict[str, Any] | None:
    change_set = _change_set(params) or {}
    return hooks.stack(change_set.get("StackName") or hooks.parameter(params, "StackName"))


def _retained_role(params: dict[str, Any]) -> str:
    retained = [record["RoleARN"] for record in (_change_set(params), _stack(params)) if record and "RoleARN" in record]
    return str(retained[0]) if retained else ""


def _refusing(action: Action) -> Action:
    def act(params: dict[str, Any]) -> Any:
        sent = sorted({name.split(".")[0] for name, value in params.items() if value not in ("", [""])})
        refused = [name for name in _REFUSED if name in sent]
        if refused:
            return hooks.error("ValidationError", f"{', '.join(refused)}: not executed by this engine")
        return action(params)

    return act


def _refused_action(name: str) -> Action:
    def act(params: dict[str, Any]) -> Any:
        del params
        return hooks.error("ValidationError", f"{name}: stack policies are not executed by this engine")

    return act


def _from_failed_update(action: Action) -> Action:
    """A stack whose operation failed without rollback can be updated, also without a change: what failed is retried.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
    """

    def act(params: dict[str, Any]) -> Any:
        stack = hooks.stack(hooks.parameter(params, "StackName"))
        if stack is None or stack.get("StackStatus") not in ("UPDATE_FAILED", "CREATE_FAILED"):
            return action(params)
        if hooks.parameter(params, "ChangeSetType") == "CREATE":
            return action(params)
        status, stack["StackStatus"] = stack["StackStatus"], "UPDATE_COMPLETE"
        stack[_RETRIED] = True
        response = action(params)
        del stack[_RETRIED]
        if response[0] >= 400 or hooks.parameter(params, "ChangeSetName"):
            stack["StackStatus"] = status
        return response

    return act


def _unless_retried(has_no_updates: Any) -> Any:
    def check(stack: dict[str, Any], *arguments: Any) -> bool:
        return _RETRIED not in stack and bool(has_no_updates(stack, *arguments))

    return check


def _with_authority_shown(action: Action) -> Action:
    """`DescribeStacks` with the members that MiniStack leaves out: the role, and where a nested stack belongs."""

    def act(params: dict[str, Any]) -> Any:
        status, headers, body = action(params)
        text = body.decode()
        for stack in list(hooks.stacks().values()):
            present = [name for name in ("RoleARN", "ParentId", "RootId") if stack.get(name)]
            shown = "".join(f"<{name}>{escape(stack[name])}</{name}>" for name in present)
            identifier = f"<StackId>{stack['StackId']}</StackId>"
            text = text.replace(identifier, identifier + shown)
        return status, headers, text.encode()

    return act
