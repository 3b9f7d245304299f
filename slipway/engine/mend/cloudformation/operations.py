"""Every create, update and delete of a resource: its properties are checked once more now that they are resolved, the
calls behind it are authorized, and it is written to the journal.

Our types make real API calls, which are checked where they arrive. MiniStack's types write to its memory, so the calls
that AWS's handlers would make are asked of the policies here, from the tables in `permissions/`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slipway.engine import journal
from slipway.engine.engine import current
from slipway.engine.errors import AwsError
from slipway.engine.mend.cloudformation import hooks
from slipway.engine.mend.cloudformation.authority import acting
from slipway.engine.mend.cloudformation.checks.properties import check_resource
from slipway.engine.mend.cloudformation.permissions import Change, needs_of
from slipway.engine.mend.cloudformation.place import at
from slipway.engine.mend.cloudformation.types import OURS
from slipway.engine.resource import ResourceFailed

Properties = dict[str, Any]


def apply() -> None:
    """Wrap the three functions through which every resource operation goes."""
    hooks.replace("_provision_resource", _provision)
    hooks.replace("_update_resource", _update)
    hooks.replace("_delete_resource", _delete)
    hooks.replace("_resolve_dynamic_reference", _dynamic_reference)
    hooks.replace("_add_event", _saved)


def _provision(original: Any) -> Any:
    def provision(resource_type: str, logical_id: str, props: Properties, stack_name: str) -> Any:
        change = Change(resource_type, stack_name, logical_id, props)
        with at(stack_name, logical_id), _journalled("Create", change):
            check_resource(logical_id, resource_type, _without_stack_tags(props))
            _authorize("create", change)
            return original(resource_type, logical_id, props, stack_name)

    return provision


def _update(original: Any) -> Any:
    provisioners = hooks.module("provisioners")

    def update(
        resource_type: str,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
        old_attrs: dict[str, Any] | None = None,
    ) -> Any:
        arguments = (resource_type, physical_id, old, new, stack_name, logical_id, old_attrs)
        if old == new:
            return original(*arguments)
        change = Change(resource_type, stack_name, logical_id or physical_id, new, old, physical_id)
        with at(stack_name, change.logical_id), _journalled("Update", change):
            check_resource(change.logical_id, resource_type, _without_stack_tags(new))
            # A replacement is a create, which is authorized as one when it comes to it.
            if not provisioners._replacing_change(resource_type, old, new):
                _authorize("update", change)
            updated_id, attributes = original(*arguments)
            kept = old_attrs if updated_id == physical_id and resource_type in OURS else None
            return updated_id, {**(kept or {}), **attributes}

    return update


def _delete(original: Any) -> Any:
    def delete(
        resource_type: str,
        physical_id: str,
        props: Properties,
        stack_name: str | None = None,
        logical_id: str | None = None,
    ) -> None:
        change = Change(resource_type, stack_name or "", logical_id or physical_id, props, {}, physical_id)
        with at(change.stack_name, change.logical_id), _journalled("Delete", change):
            _authorize("delete", change)
            original(resource_type, physical_id, props, stack_name, logical_id)

    return delete


def _saved(original: Any) -> Any:
    """Every change of a status is an event, and after an event the state is worth saving."""

    def add_event(*arguments: Any, **details: Any) -> None:
        original(*arguments, **details)
        current().changes.note()

    return add_event


def _dynamic_reference(original: Any) -> Any:
    """`{{resolve:ssm:…}}` and `{{resolve:secretsmanager:…}}` are read under the rights of the operation.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """

    def resolve(literal: str) -> str:
        service, _, rest = literal.strip("{}").removeprefix("resolve:").partition(":")
        if service in ("ssm", "ssm-secure"):
            name = rest.partition(":")[0].removeprefix("/")
            acting().check("ssm:GetParameters", current().arn("ssm", f"parameter/{name}"))
        else:
            named = rest if rest.startswith("arn:") else current().arn("secretsmanager", f"secret:{rest}")
            acting().check("secretsmanager:GetSecretValue", ":".join(named.split(":")[:7]))
        return str(original(literal))

    return resolve


def _authorize(operation: str, change: Change) -> None:
    if change.resource_type in OURS:
        return
    caller = acting()
    for need in needs_of(operation, change):
        try:
            if need.passed_to:
                caller.check_pass_role(need.resource, need.passed_to)
            else:
                caller.check(need.action, need.resource, need.context)
        except AwsError as error:
            raise ResourceFailed(_refusal(change, error)) from error


def _refusal(change: Change, error: AwsError) -> str:
    code = "AccessDenied" if error.status == 403 else "InvalidRequest"
    return (
        f'Resource handler returned message: "{error.message} (Service: {change.resource_type.split("::")[1]}, '
        f'Status Code: {error.status or 400})" (HandlerErrorCode: {code})'
    )


def _without_stack_tags(props: Properties) -> Properties:
    """The tags that CloudFormation adds need not fit the pattern of those that a template may set."""
    tags = props.get("Tags")
    if not isinstance(tags, list):
        return props
    own = [tag for tag in tags if not (isinstance(tag, dict) and str(tag.get("Key", "")).startswith("aws:"))]
    return {**props, "Tags": own}


@contextmanager
def _journalled(operation: str, change: Change) -> Iterator[None]:
    """The journal's line for what CloudFormation does to one resource; its checks belong to it."""
    caller = acting()
    name = f"{operation} {change.resource_type} {change.stack_name}/{change.logical_id}"
    entry = journal.Entry(secrets.token_hex(8), "cloudformation", name, caller=caller.arn, status=200)
    with current().journal.call(entry):
        try:
            yield
        except Exception as error:
            entry.status, entry.error = 400, type(error).__name__
            raise
