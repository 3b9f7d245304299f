"""Operations begin here: a request is compiled, put on record and started, a nested stack's like any other.

Nothing is on record before everything that can be refused has been.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.services.cloudformation.api.nested_types import check_nested_types
from slipway.engine.services.cloudformation.api.request import Request, pseudo_parameters
from slipway.engine.services.cloudformation.api.sources import snippet, stored_parameters, template_text
from slipway.engine.services.cloudformation.api_addresses import localized
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import stacks, templates
from slipway.engine.services.cloudformation.stacks import creation, deletion, events, records, update
from slipway.engine.services.cloudformation.stacks.authority import Authority
from slipway.engine.services.cloudformation.stacks.finish import BEFORE
from slipway.engine.services.cloudformation.stacks.operation import Operation, running, start
from slipway.engine.services.cloudformation.stacks.outputs import Imports
from slipway.engine.services.cloudformation.template.compiled import Compiled, Setting, compile_template
from slipway.engine.services.cloudformation.template.parameters import Given
from slipway.engine.services.cloudformation.template.scope import Scope
from slipway.engine.store import Record

NO_UPDATES = "No updates are to be performed."
_RESTORED = ("Parameters", "values", "Tags", "Capabilities", "Outputs", "imports", "Description")
_STOPPED = frozenset({"CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"})


@dataclass(frozen=True)
class Plan:
    """A request that nothing stands against."""

    compiled: Compiled
    imports: Imports


def plan(
    authority: Authority, stack_id: str, request: Request, record: Record | None = None, *, expands: bool = True
) -> Plan:
    """Compile a request for a stack that is there, as `record`, or is not; TemplateError says why not."""
    engine = authority.requester.engine
    imports = Imports(engine)
    setting = Setting(
        pseudo=pseudo_parameters(engine, stack_id),
        scope=Scope(region=engine.region, imported=imports, localized=lambda text: localized(text, engine.url)),
        read_parameters=lambda names: stored_parameters(authority.caller(), names),
        fetch=partial(snippet, authority.requester),
        given=request.given,
        previous=(record or {}).get("values", {}),
        capabilities=request.capabilities,
        expands=expands,
        strict=engine.strict,
    )
    compiled = compile_template(request.text, setting)
    check_nested_types(authority.requester, compiled)
    return Plan(compiled, imports)


def members_of(planned: Plan, request: Request, authority: Authority, tags: list[dict[str, str]]) -> dict[str, Any]:
    """What a stack's record keeps of a request."""
    compiled = planned.compiled
    return {
        "Parameters": [one.described() for one in compiled.parameters.values()],
        "values": {name: one.value for name, one in compiled.parameters.items()},
        "Tags": tags,
        "Capabilities": request.capabilities,
        "Description": compiled.template.get("Description"),
        "RoleARN": authority.role_arn or None,
        **request.members,
    }


def start_creation(authority: Authority, stack_id: str, planned: Plan) -> Operation:
    """Create a stack that is on record."""
    engine = authority.requester.engine
    _keep_template(engine, stack_id, planned.compiled)
    events.stack_status(engine, stack_id, "CREATE_IN_PROGRESS", creation.USER_INITIATED)
    return start(
        engine,
        stack_id,
        authority,
        lambda operation: creation.create(operation, planned.compiled, planned.imports),
    )


def new_stack(authority: Authority, name: str, request: Request) -> tuple[str, Plan]:
    """Compile a request for a stack that is not there yet, and put the stack on record."""
    engine = authority.requester.engine
    stack_id = records.new_id(engine, name)
    planned = plan(authority, stack_id, request)
    members = members_of(planned, request, authority, request.tags or [])
    records.make(
        engine, stack_id, "CREATE_IN_PROGRESS", {key: value for key, value in members.items() if value is not None}
    )
    return stack_id, planned


def start_update(
    authority: Authority,
    record: Record,
    planned: Plan,
    request: Request,
    allowed: Collection[str] = records.UPDATABLE,
    *,
    keeps: bool = False,
) -> Operation:
    """Update a stack; from here on it can be put back to what it is now."""
    engine, stack_id = authority.requester.engine, record["StackId"]
    was = records.begin(engine, stack_id, allowed, "UPDATE_IN_PROGRESS", "updated")
    if "before" not in record and was != "CREATE_FAILED":
        before = {name: record.get(name) for name in _RESTORED}
        records.change(engine, stack_id, before=before)
        templates(engine)[stack_id + BEFORE] = templates(engine)[stack_id]
    tags = record["Tags"] if request.tags is None else request.tags
    members = members_of(planned, request, authority, tags)
    records.change(engine, stack_id, **members, LastUpdatedTime=time.time(), DisableRollback=keeps)
    _keep_template(engine, stack_id, planned.compiled)
    events.stack_status(engine, stack_id, "UPDATE_IN_PROGRESS", creation.USER_INITIATED)
    return start(
        engine,
        stack_id,
        authority,
        lambda operation: update.update(operation, planned.compiled, planned.imports, keeps=keeps),
    )


def start_deletion(
    engine: Engine, stack_id: str, authority: Authority, retained: Collection[str] = (), *, force: bool = False
) -> Operation:
    """Delete a stack; what it is in the middle of is stopped first."""
    under_way = running(stack_id)
    status = stacks(engine)[stack_id]["StackStatus"]
    if under_way is not None and status == "DELETE_IN_PROGRESS":
        return under_way
    if status.endswith("_IN_PROGRESS") and status not in _STOPPED | {records.REVIEW, update.CLEANING}:
        raise TemplateError(f"Stack [{stack_id}] cannot be deleted while in status {status}")
    records.change(engine, stack_id, StackStatus="DELETE_IN_PROGRESS")

    def run(operation: Operation) -> None:
        if under_way is not None:
            under_way.cancel()
            under_way.finished.wait()
            operation.resources.reload()
        deletion.delete(operation, status, retained, force=force)

    return start(engine, stack_id, authority, run)


def start_nested_creation(parent: Operation, name: str, properties: dict[str, Any]) -> Operation:
    """Create a stack for a resource of its parent's."""
    above = stacks(parent.engine)[parent.stack_id]
    keeps = above.get("OnFailure") == "DO_NOTHING" or bool(above.get("DisableRollback"))
    members = {
        "ParentId": above["StackId"],
        "RootId": above.get("RootId", above["StackId"]),
        "OnFailure": "DO_NOTHING" if keeps else "ROLLBACK",
        "DisableRollback": keeps,
    }
    request = _nested(parent, properties, above, members)
    stack_id, planned = new_stack(parent.authority, name, request)
    return start_creation(parent.authority, stack_id, planned)


def start_nested_update(parent: Operation, stack_id: str, properties: dict[str, Any]) -> Operation:
    """Update a nested stack; TemplateError with `NO_UPDATES` when there is nothing to do."""
    from slipway.engine.services.cloudformation.changes.looking import is_changed

    record = records.get(parent.engine, stack_id)
    above = stacks(parent.engine)[parent.stack_id]
    request = _nested(parent, properties, above, {})
    planned = plan(parent.authority, stack_id, request, record)
    if record["StackStatus"] not in records.FAILED and not is_changed(parent.authority, record, planned, request):
        raise TemplateError(NO_UPDATES)
    keeps = bool(above.get("DisableRollback"))
    return start_update(parent.authority, record, planned, request, records.UPDATABLE | {update.CLEANING}, keeps=keeps)


def _nested(parent: Operation, properties: dict[str, Any], above: Record, members: dict[str, Any]) -> Request:
    """The request that a nested stack's properties make; its parent's acknowledged capabilities hold for it."""
    text = template_text(parent.authority.requester, "", properties["TemplateURL"])
    given = [Given(one["ParameterKey"], one["ParameterValue"]) for one in properties["Parameters"]]
    return Request(text, given, properties["Tags"], above.get("Capabilities", []), members)


def _keep_template(engine: Engine, stack_id: str, compiled: Compiled) -> None:
    templates(engine)[stack_id] = {"text": compiled.text, "template": compiled.template}
