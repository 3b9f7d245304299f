"""The changes of a stack, and of the stacks nested in it.

A nested stack whose properties stay as they are may change all the same, since its template may have.
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slipway.engine.services.cloudformation.api.request import Request
from slipway.engine.services.cloudformation.api.sources import template_text
from slipway.engine.services.cloudformation.api.submission import Plan, plan
from slipway.engine.services.cloudformation.changes.change import Change, Detail
from slipway.engine.services.cloudformation.changes.diff import Diff
from slipway.engine.services.cloudformation.service import stacks, templates
from slipway.engine.services.cloudformation.stacks import records
from slipway.engine.services.cloudformation.stacks.authority import Authority
from slipway.engine.services.cloudformation.stacks.events import STACK
from slipway.engine.services.cloudformation.stacks.resources import Resources
from slipway.engine.services.cloudformation.template.functions import is_pending, resolve, text
from slipway.engine.services.cloudformation.template.parameters import Given
from slipway.engine.store import Record

_NEW = "new"
_AUTOMATIC = Detail("Properties", source="Automatic", evaluation="Dynamic")


@dataclass(frozen=True)
class Child:
    """What a nested stack would become; `record` is None for one that would be made."""

    logical_id: str
    record: Record | None
    request: Request
    planned: Plan


def changes(authority: Authority, record: Record, planned: Plan, request: Request) -> list[Change]:
    """What the request would change; nested stacks with nothing but their own changes too."""
    diff = _diff(authority, record, planned, request)
    found = diff.changes()
    seen = {change.logical_id for change in found}
    for logical_id in planned.compiled.dependencies:
        nested = diff.resources.present(logical_id)
        if nested is None or logical_id in seen or nested["ResourceType"] != STACK:
            continue
        child = child_of(authority, diff, logical_id, request)
        if child.record is not None and is_changed(authority, child.record, child.planned, child.request):
            physical_id = nested["PhysicalResourceId"]
            found.append(Change("Modify", logical_id, STACK, physical_id, "False", (_AUTOMATIC,)))
    return found


def is_changed(authority: Authority, record: Record, planned: Plan, request: Request) -> bool:
    """Whether there is anything to update: a resource, an output, a tag."""
    tags = record["Tags"] if request.tags is None else request.tags
    if tags != record["Tags"] or changes(authority, record, planned, request):
        return True
    return _outputs_differ(authority, record, planned)


def _outputs_differ(authority: Authority, record: Record, planned: Plan) -> bool:
    """Whether an output comes, goes or changes; one that is not known depends on a resource that changes."""
    resources = Resources(authority.requester.engine, record["StackId"])
    scope = planned.compiled.scope.knowing(resources.known)
    told = {one["OutputKey"]: one for one in record["Outputs"]}
    if set(told) != set(planned.compiled.outputs):
        return True
    for key, body in planned.compiled.outputs.items():
        value, name = resolve(body["Value"], scope), resolve(body.get("Export", {}).get("Name", ""), scope)
        is_dynamic = is_pending(value) or "{{resolve:" in text(value)
        if not is_dynamic and (text(value), name) != (told[key]["OutputValue"], told[key].get("ExportName", "")):
            return True
    return False


def children(authority: Authority, record: Record | None, planned: Plan, request: Request) -> list[Child]:
    """The nested stacks of a template; one that would be made is known when its properties are."""
    diff = _diff(authority, record, planned, request)
    diff.changes()
    nested = [name for name, body in planned.compiled.resources.items() if body["Type"] == STACK]
    return [
        child_of(authority, diff, name, request)
        for name in nested
        if diff.resources.present(name) or not is_pending(diff.properties(name))
    ]


def child_of(authority: Authority, diff: Diff, logical_id: str, request: Request) -> Child:
    """A nested stack of the template that is compared, which is what `request` asks for."""
    engine = authority.requester.engine
    properties = diff.properties(logical_id)
    there = diff.resources.present(logical_id)
    record = stacks(engine).get(there["PhysicalResourceId"]) if there else None
    body = template_text(authority.requester, "", text(properties["TemplateURL"]))
    given = [_given(name, value, record) for name, value in properties.get("Parameters", {}).items()]
    asked = Request(body, given, properties.get("Tags", []), request.capabilities)
    stack_id = record["StackId"] if record else records.new_id(engine, f"{logical_id}-{_NEW}")
    return Child(logical_id, record, asked, plan(authority, stack_id, asked, record))


def _given(name: str, value: Any, record: Record | None) -> Given:
    """A parameter; one that is not known before the operation counts as it was."""
    return Given(name, use_previous=True) if record is not None and is_pending(value) else Given(name, text(value))


def _diff(authority: Authority, record: Record | None, planned: Plan, request: Request) -> Diff:
    engine = authority.requester.engine
    if record is None:
        return Diff(Resources(engine, ""), {}, {}, planned.compiled, request.tags or [])
    before = templates(engine).get(record["StackId"], {"template": {}})["template"].get("Resources", {})
    tags = record["Tags"] if request.tags is None else request.tags
    return Diff(Resources(engine, record["StackId"]), before, record["values"], planned.compiled, tags)
