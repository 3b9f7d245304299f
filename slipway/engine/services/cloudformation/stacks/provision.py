"""What an operation brings about, resource by resource: made, changed, replaced, or left as it is.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from slipway.engine.resource import Created, ResourceFailed
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.stacks.events import STACK
from slipway.engine.services.cloudformation.stacks.operation import Cancelled, Operation
from slipway.engine.services.cloudformation.stacks.resources import with_result
from slipway.engine.services.cloudformation.stacks.walk import walk
from slipway.engine.services.cloudformation.template.compiled import Compiled
from slipway.engine.services.cloudformation.template.functions import resolve
from slipway.engine.services.cloudformation.types import operations
from slipway.engine.services.cloudformation.types.conversion import converted
from slipway.engine.services.cloudformation.types.operations import Place
from slipway.engine.services.cloudformation.types.tagging import with_stack_tags
from slipway.engine.store import Record

logger = logging.getLogger("slipway")
INITIATED = "Resource creation Initiated"
_REPLACES = "Requested update requires the creation of a new physical resource; hence creating one."
_WARNING = "Local engine: "


@dataclass(frozen=True)
class Provision:
    """The resources of a template, for one operation; `keeps` what succeeded when something fails."""

    operation: Operation
    compiled: Compiled
    tags: list[dict[str, str]]
    keeps: bool = False

    def run(self) -> dict[str, ResourceFailed]:
        """Make and change what has to be; the failures by logical id."""
        return walk(self.compiled.dependencies, self._provision, self.operation.halted, to_the_end=self.keeps)

    def _provision(self, logical_id: str) -> None:
        resource = self.operation.resources.present(logical_id)
        record = self._declared(logical_id)
        try:
            self._resolve(record)
            if resource is None or not resource["PhysicalResourceId"]:
                self._create(record)
            elif _is_changed(resource, record):
                self._change(resource, record)
            else:
                self.operation.resources.save({**resource, **_attributes(record)})
        except ResourceFailed:
            if not self.keeps:
                self.operation.halted.set()
            raise

    def _declared(self, logical_id: str) -> Record:
        """The record of a resource as the template declares it."""
        body = self.compiled.resources[logical_id]
        return {
            "LogicalResourceId": logical_id,
            "ResourceType": body["Type"],
            "PhysicalResourceId": "",
            "attributes": {},
            "properties": body.get("Properties") or {},
            "dependencies": self.compiled.dependencies[logical_id],
            "DeletionPolicy": body.get("DeletionPolicy", "Delete"),
            "UpdateReplacePolicy": body.get("UpdateReplacePolicy", "Delete"),
            "Metadata": body.get("Metadata", {}),
        }

    def _resolve(self, record: Record) -> None:
        """Put the resolved properties into the record; what cannot be resolved fails the resource by name."""
        scope = self.compiled.scope.knowing(self.operation.resources.known)
        try:
            properties = resolve(record["properties"], scope)
            record["Metadata"] = resolve(record["Metadata"], scope)
        except TemplateError as error:
            known = self.operation.resources.present(record["LogicalResourceId"])
            self.operation.resources.tell({**record, **(known or {})}, _failed(known), error.message)
            raise ResourceFailed(error.message) from error
        tagged = with_stack_tags(record["ResourceType"], properties, self.tags)
        record["properties"] = converted(record["ResourceType"], tagged)

    def _create(self, record: Record) -> None:
        record = {**record, "isNew": True}
        self._told(record, "CREATE_IN_PROGRESS", self._warning(record))
        try:
            made = self._make(record, "CREATE_IN_PROGRESS")
        except ResourceFailed as failure:
            reason = _cancelled("creation") if isinstance(failure, Cancelled) else str(failure)
            self._told({**record, "PhysicalResourceId": failure.physical_id}, "CREATE_FAILED", reason)
            if isinstance(failure, Cancelled):
                return
            raise
        self._ended(with_result(record, made), "CREATE", "creation")

    def _make(self, record: Record, status: str) -> Created:
        """Create the resource, with the event that says so as soon as its physical id is known."""
        told: list[str] = []

        def began(physical_id: str) -> None:
            told.append(physical_id)
            self._told({**record, "PhysicalResourceId": physical_id}, status, INITIATED)

        made = _guarded(partial(operations.create, place_of(self.operation, record, began), record["properties"]))
        if not told:
            began(made.physical_id)
        return made

    def _change(self, resource: Record, record: Record) -> None:
        before = resource.get("previous") or (None if resource.get("isNew") else _snapshot(resource))
        kept = {name: resource[name] for name in ("isNew",) if name in resource}
        changed = {**record, **kept, **({"previous": before} if before else {})}
        replaced = operations.replaces(record["ResourceType"], resource["properties"], record["properties"])
        known = {**resource, **({"previous": before} if before else {})}
        self._told(known, "UPDATE_IN_PROGRESS", _REPLACES if replaced else self._warning(record))
        try:
            made = self._replace(resource, changed) if replaced else self._update(resource, changed)
        except ResourceFailed as failure:
            reason = _cancelled("update") if isinstance(failure, Cancelled) else str(failure)
            if failure.physical_id and failure.physical_id != resource["PhysicalResourceId"]:
                self.operation.resources.replace({**changed, "PhysicalResourceId": failure.physical_id})
            self._told(known, "UPDATE_FAILED", reason)
            if isinstance(failure, Cancelled):
                return
            raise
        was_stable = not resource.get("isNew") and "previous" not in resource
        if made.physical_id != resource["PhysicalResourceId"] and not was_stable:
            self.operation.resources.replace(_snapshot(resource))  # what an earlier, failed try had made
        self._ended(with_result(changed, made, resource), "UPDATE", "update")

    def _replace(self, resource: Record, record: Record) -> Created:
        operations.check_name(
            record["ResourceType"], resource["PhysicalResourceId"], resource["properties"], record["properties"]
        )
        return self._make(record, "UPDATE_IN_PROGRESS")

    def _update(self, resource: Record, record: Record) -> Created:
        is_stack, is_complete = record["ResourceType"] == STACK, resource["ResourceStatus"].endswith("_COMPLETE")
        if resource["properties"] == record["properties"] and is_complete and not is_stack:
            return Created(resource["PhysicalResourceId"], resource["attributes"])  # metadata is CloudFormation's own
        return _guarded(
            partial(
                operations.update,
                place_of(self.operation, record),
                resource["PhysicalResourceId"],
                resource["properties"],
                record["properties"],
            )
        )

    def _warning(self, record: Record) -> str:
        """What the record's properties say that has no effect here."""
        warnings = "; ".join(self.compiled.warnings.get(record["LogicalResourceId"], ()))
        return f"{_WARNING}{warnings}" if warnings else ""

    def _ended(self, record: Record, verb: str, noun: str) -> None:
        """The resource is there; when the operation was halted meanwhile, it counts as cancelled and is rolled back."""
        if self.operation.halted.is_set():
            self._told(record, f"{verb}_FAILED", _cancelled(noun))
        else:
            self._told(record, f"{verb}_COMPLETE")

    def _told(self, record: Record, status: str, reason: str = "") -> None:
        self.operation.resources.tell(record, status, reason)


def place_of(operation: Operation, record: Record, began: Callable[[str], None] = lambda _: None) -> Place:
    """Where a resource's handler works, under whose rights."""
    return Place(
        operation.engine,
        operation.authority.caller(),
        operation.stack_id,
        record["LogicalResourceId"],
        record["ResourceType"],
        began,
    )


def _is_changed(resource: Record, record: Record) -> bool:
    """Whether there is something to do; a nested stack is always looked into, since its template may have changed.

    docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
    """
    unfinished = not resource["ResourceStatus"].endswith("_COMPLETE")
    differs = any(resource[name] != record[name] for name in ("properties", "Metadata"))
    return unfinished or differs or record["ResourceType"] == STACK


def _attributes(record: Record) -> Record:
    return {name: record[name] for name in ("dependencies", "DeletionPolicy", "UpdateReplacePolicy")}


def _snapshot(resource: Record) -> Record:
    return {name: value for name, value in resource.items() if name not in ("previous", "isNew")}


def _failed(resource: Record | None) -> str:
    return "CREATE_FAILED" if resource is None else "UPDATE_FAILED"


def _cancelled(noun: str) -> str:
    return f"Resource {noun} cancelled"


def _guarded(work: partial[Created]) -> Created:
    """A handler's own fault fails its resource by name, and is in the engine's log."""
    try:
        return work()
    except ResourceFailed:
        raise
    except Exception as error:
        logger.error("%s\n%s", work, traceback.format_exc())
        raise ResourceFailed(f"Internal failure of the local engine: {type(error).__name__}: {error}") from error
