"""Resources deleted: those that need others before those that they need.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from slipway.engine.resource import ResourceFailed
from slipway.engine.services.cloudformation.stacks.operation import Operation
from slipway.engine.services.cloudformation.stacks.provision import place_of
from slipway.engine.services.cloudformation.stacks.walk import walk
from slipway.engine.services.cloudformation.types import operations
from slipway.engine.store import Record

logger = logging.getLogger("slipway")
# Says a status of a resource, and why.
Tell = Callable[[Record, str, str], None]


@dataclass(frozen=True)
class Removal:
    """The deletion of resources in one operation; with `deletes_new` no policy keeps what the operation made."""

    operation: Operation
    tell: Tell
    deletes_new: bool = False

    def run(self, resources: Iterable[Record]) -> dict[str, ResourceFailed]:
        """Delete; what failed by `logical id/physical id`. What a failed one needs stays too."""
        records = {key_of(record): record for record in resources}
        needed_by: dict[str, list[str]] = {}
        for key, record in records.items():
            for logical_id in record.get("dependencies", ()):
                needed_by.setdefault(logical_id, []).append(key)
        needs = {key: needed_by.get(record["LogicalResourceId"], []) for key, record in records.items()}
        return walk(needs, lambda key: self._remove(records[key]), threading.Event(), to_the_end=True)

    def _remove(self, record: Record) -> None:
        if not record["PhysicalResourceId"]:
            self.tell(record, "DELETE_COMPLETE", "")
            return
        if self._is_kept(record):
            self.tell(record, "DELETE_SKIPPED", "")
            return
        self.tell(record, "DELETE_IN_PROGRESS", "")
        try:
            self._delete(record)
        except ResourceFailed as failure:
            self.tell(record, "DELETE_FAILED", str(failure))
            raise
        self.tell(record, "DELETE_COMPLETE", "")

    def _is_kept(self, record: Record) -> bool:
        policy = record["UpdateReplacePolicy" if record.get("isReplaced") else "DeletionPolicy"]
        if record.get("isNew"):
            return bool(policy == "Retain") and not self.deletes_new
        return policy in ("Retain", "RetainExceptOnCreate")

    def _delete(self, record: Record) -> None:
        try:
            operations.delete(place_of(self.operation, record), record["PhysicalResourceId"], record["properties"])
        except ResourceFailed:
            raise
        except Exception as error:
            logger.error("%s\n%s", record["LogicalResourceId"], traceback.format_exc())
            raise ResourceFailed(f"Internal failure of the local engine: {type(error).__name__}: {error}") from error


def key_of(record: Record) -> str:
    """A resource among others of the same logical id."""
    return f"{record['LogicalResourceId']}/{record['PhysicalResourceId']}"
