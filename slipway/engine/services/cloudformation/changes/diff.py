"""A stack's resources against a template: what would be added, modified, replaced, removed.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from slipway.engine.services.cloudformation.changes.causes import causes
from slipway.engine.services.cloudformation.changes.change import Change, Detail
from slipway.engine.services.cloudformation.checks import schemas
from slipway.engine.services.cloudformation.stacks.resources import Made, Resources
from slipway.engine.services.cloudformation.template.compiled import Compiled
from slipway.engine.services.cloudformation.template.functions import is_pending, resolve
from slipway.engine.services.cloudformation.template.scope import Known
from slipway.engine.services.cloudformation.types.conversion import converted
from slipway.engine.services.cloudformation.types.operations import replaces
from slipway.engine.services.cloudformation.types.tagging import tag_property, with_stack_tags
from slipway.engine.store import Record

Properties = dict[str, Any]


class _Changing(Made):
    """A resource that is changed in place: its id stays, its attributes may not."""

    def attribute(self, name: str) -> Any:
        return {"Fn::GetAtt": [self.record["LogicalResourceId"], name]}


@dataclass
class Diff:
    """One comparison; `before` is the stack's template, `values` its parameters."""

    resources: Resources
    before: Mapping[str, Any]
    values: Mapping[str, str]
    compiled: Compiled
    tags: list[dict[str, str]]
    replaced: set[str] = field(default_factory=set)
    modified: set[str] = field(default_factory=set)

    def changes(self) -> list[Change]:
        """Every change, in the order in which it would be made."""
        found = []
        for logical_id in TopologicalSorter(self.compiled.dependencies).static_order():
            change = self._change(logical_id)
            if change is not None:
                found.append(change)
        return [*found, *self._removed()]

    def properties(self, logical_id: str) -> Properties:
        """A resource's properties as far as they are known before the operation."""
        body = self.compiled.resources[logical_id]
        known = resolve(body.get("Properties") or {}, self.compiled.scope.knowing(self._known))
        return converted(body["Type"], with_stack_tags(body["Type"], known, self.tags))

    def _known(self, logical_id: str) -> Known | None:
        known = self.resources.known(logical_id)
        if known is None or logical_id in self.replaced:
            return None
        return _Changing(known.record) if logical_id in self.modified else known

    def _change(self, logical_id: str) -> Change | None:
        body = self.compiled.resources[logical_id]
        record = self.resources.present(logical_id)
        if record is None or not record["PhysicalResourceId"]:
            self.replaced.add(logical_id)
            return Change("Add", logical_id, body["Type"])
        new = self.properties(logical_id)
        details = [*self._property_details(logical_id, record, new), *_attribute_details(record, body, self.compiled)]
        if not any(detail.attribute in ("Properties", "Tags", "Metadata") for detail in details):
            return None  # what only says how the resource is treated is no change by itself
        replacement = _replacement(record, new, details)
        (self.modified if replacement == "False" else self.replaced).add(logical_id)
        physical_id = record["PhysicalResourceId"]
        return Change("Modify", logical_id, body["Type"], physical_id, replacement, tuple(details))

    def _property_details(self, logical_id: str, record: Record, new: Properties) -> list[Detail]:
        old: Properties = record["properties"]
        raw_before = (self.before.get(logical_id) or {}).get("Properties") or {}
        raw_after = self.compiled.resources[logical_id].get("Properties") or {}
        return [
            detail
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
            for detail in self._details(record, name, new.get(name), raw_before.get(name), raw_after.get(name))
        ]

    def _details(self, record: Record, name: str, value: Any, before: Any, after: Any) -> list[Detail]:
        attribute = "Tags" if name == tag_property(record["ResourceType"])[0] else "Properties"
        recreation = _recreation(record["ResourceType"], name)
        named = name if attribute == "Properties" else ""
        parameters = {key: one.value for key, one in self.compiled.parameters.items()}
        changed = {key for key, given in parameters.items() if self.values.get(key) != given}
        found = causes(before, after, parameters, changed | self.replaced | self.modified)
        is_static = not is_pending(value)
        return [
            Detail(attribute, named, recreation, _evaluation(source, is_static=is_static), source, entity)
            for source, entity in found
        ]

    def _removed(self) -> list[Change]:
        return [
            Change("Remove", record["LogicalResourceId"], record["ResourceType"], record["PhysicalResourceId"])
            for record in self.resources
            if record["LogicalResourceId"] not in self.compiled.resources
            and self.resources.present(record["LogicalResourceId"]) is not None
        ]


def _evaluation(source: str, *, is_static: bool) -> str:
    return "Static" if is_static or source == "DirectModification" else "Dynamic"


def _attribute_details(record: Record, body: Mapping[str, Any], compiled: Compiled) -> list[Detail]:
    metadata = resolve(body.get("Metadata", {}), compiled.scope)
    found = [Detail("Metadata")] if not is_pending(metadata) and metadata != record.get("Metadata", {}) else []
    return found + [
        Detail(name) for name in ("DeletionPolicy", "UpdateReplacePolicy") if body.get(name, "Delete") != record[name]
    ]


def _recreation(resource_type: str, name: str) -> str:
    """`Always`, `Conditionally` (a member of the property replaces) or `Never`."""
    depths = {len(path) for path in schemas.create_only(resource_type) if path[0] == name}
    return "Always" if 1 in depths else "Conditionally" if depths else "Never"


def _replacement(record: Record, new: Properties, details: list[Detail]) -> str:
    if all(detail.recreation == "Never" for detail in details):
        return "False"
    known = {name: value for name, value in new.items() if not is_pending(value)}
    old = {name: value for name, value in record["properties"].items() if name in known or name not in new}
    if replaces(record["ResourceType"], old, known):
        return "True"
    pending = any(is_pending(new.get(detail.name)) for detail in details if detail.recreation != "Never")
    return "Conditional" if pending else "False"
