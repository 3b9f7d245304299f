"""A stack's resources during an operation: in memory, and on disk with every change.

While an operation is under way, a resource that it made is `isNew`, and one that it changed has what it was before as
`previous`: so whoever rolls the operation back, also after the engine was killed, finds all that it needs here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.resource import Created
from slipway.engine.services.cloudformation import service
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.stacks import events
from slipway.engine.store import Record

_GONE = "DELETE_COMPLETE"


@dataclass(frozen=True)
class Made:
    """A resource as the functions of a template see it."""

    record: Record

    @property
    def reference(self) -> Any:
        """What `Ref` gives."""
        return self.record["PhysicalResourceId"]

    def attribute(self, name: str) -> Any:
        """What `Fn::GetAtt` gives: what the handler returned, else the property of that name."""
        for source in (self.record.get("attributes", {}), self.record.get("properties", {})):
            if name in source:
                return source[name]
            found = _nested(source, name)
            if found is not None:
                return found
        logical_id = self.record["LogicalResourceId"]
        raise TemplateError(f"Resource {logical_id} has no attribute {name}")


def _nested(source: Any, path: str) -> Any:
    for step in path.split("."):
        source = source.get(step) if isinstance(source, dict) else None
    return source


class Resources:
    """The resources of one stack, by logical id; safe for the threads of its operation."""

    def __init__(self, engine: Engine, stack_id: str) -> None:
        self._engine = engine
        self._stack_id = stack_id
        self._table = service.resources(engine, stack_id)
        self._replaced = service.replaced(engine, stack_id)
        self._lock = threading.Lock()
        self._records: dict[str, Record] = {}
        self.reload()

    def reload(self) -> None:
        """Take the resources as they are on disk."""
        with self._lock:
            self._records = dict(self._table.items())

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def get(self, logical_id: str) -> Record | None:
        """A resource's record."""
        return self._records.get(logical_id)

    def present(self, logical_id: str) -> Record | None:
        """The record of a resource that exists."""
        record = self._records.get(logical_id)
        return record if record is not None and record["ResourceStatus"] != _GONE else None

    def known(self, logical_id: str) -> Made | None:
        """A resource for `Ref` and `Fn::GetAtt`, None while it has not been made."""
        record = self.present(logical_id)
        return Made(record) if record is not None and record.get("PhysicalResourceId") else None

    def save(self, record: Record) -> None:
        """Put a record, quietly."""
        with self._lock:
            self._records[record["LogicalResourceId"]] = record
            self._table[record["LogicalResourceId"]] = record

    def tell(self, record: Record, status: str, reason: str = "") -> Record:
        """Put a record with a status, and write the event."""
        told = {**record, "ResourceStatus": status, "ResourceStatusReason": reason, "Timestamp": time.time()}
        self.save(told)
        events.resource_status(self._engine, self._stack_id, told, reason)
        return told

    def note(self, record: Record, status: str, reason: str = "") -> None:
        """Tell of a resource that may have been replaced: then the record is the other one's, and stays."""
        live = self._records.get(record["LogicalResourceId"])
        if live is not None and live["PhysicalResourceId"] == record["PhysicalResourceId"]:
            self.tell(live, status, reason)
        else:
            events.resource_status(self._engine, self._stack_id, {**record, "ResourceStatus": status}, reason)

    def drop(self, logical_id: str) -> None:
        """Forget a resource."""
        with self._lock:
            self._records.pop(logical_id, None)
            self._table.pop(logical_id, None)

    def replaced(self) -> list[Record]:
        """What the cleanup has to delete, in the order in which it was replaced or removed."""
        return list(self._replaced.values())

    def replace(self, record: Record) -> None:
        """Leave a resource that another was put in the place of to the cleanup."""
        self._replaced[_key(record)] = {**record, "isReplaced": True}

    def discard(self, record: Record) -> None:
        """Leave a resource that nothing was put in the place of to the cleanup."""
        self._replaced[_key(record)] = record
        self.drop(record["LogicalResourceId"])

    def cleaned(self, record: Record) -> None:
        """The cleanup is done with a resource."""
        self._replaced.pop(_key(record), None)


def with_result(record: Record, made: Created, before: Record | None = None) -> Record:
    """A record with what its handler returned; of a resource that was changed in place, that is what is new."""
    stays = before is not None and before["PhysicalResourceId"] == made.physical_id
    attributes = {**(before["attributes"] if before and stays else {}), **made.attributes}
    return {**record, "PhysicalResourceId": made.physical_id, "attributes": attributes}


def _key(record: Record) -> str:
    return f"{record['LogicalResourceId']}/{record['PhysicalResourceId']}"
