"""Stacks as records: found by name or id, and who may change them when.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (stack status codes)
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import names, stacks
from slipway.engine.store import Record

REVIEW = "REVIEW_IN_PROGRESS"
DELETED = "DELETE_COMPLETE"
# From where UpdateStack may start; a failed operation that kept what it had is one of them.
UPDATABLE = frozenset(
    {
        *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"),
        *("CREATE_FAILED", "UPDATE_FAILED"),
    }
)
FAILED = frozenset({"CREATE_FAILED", "UPDATE_FAILED"})


def find(engine: Engine, name_or_id: str) -> Record | None:
    """A stack by its name, deleted ones left out, or by its id."""
    if name_or_id.startswith("arn:"):
        return stacks(engine).get(name_or_id)
    named = names(engine).get(name_or_id)
    return stacks(engine).get(named["StackId"]) if named else None


def get(engine: Engine, name_or_id: str) -> Record:
    """A stack by its name or id; TemplateError when there is none."""
    found = find(engine, name_or_id)
    if found is None:
        raise TemplateError(f"Stack with id {name_or_id} does not exist")
    return found


def stack_arn(engine: Engine, name_or_id: str) -> str:
    """The ARN that policies are asked about; a stack that is not there yet has no id."""
    found = find(engine, name_or_id)
    if found is not None:
        return str(found["StackId"])
    return name_or_id if name_or_id.startswith("arn:") else engine.arn("cloudformation", f"stack/{name_or_id}/*")


def protected(engine: Engine, record: Record) -> bool:
    """Whether a stack's root has termination protection, which its nested stacks then have too."""
    root = stacks(engine).get(str(record.get("RootId", record["StackId"])), record)
    return bool(root.get("EnableTerminationProtection"))


def new_id(engine: Engine, name: str) -> str:
    """The id of a stack that is to be called `name`."""
    return engine.arn("cloudformation", f"stack/{name}/{uuid.uuid4()}")


def check_free(engine: Engine, name: str) -> None:
    """Refuse a name that a stack has."""
    if name in names(engine):
        raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists", status=400)


def make(engine: Engine, stack_id: str, status: str, members: dict[str, Any]) -> Record:
    """Put a new stack on record; AlreadyExistsException when its name is taken."""
    name = stack_id.split("/")[1]
    if not names(engine).claim(name, {"StackId": stack_id}):
        check_free(engine, name)
    record = {
        "StackId": stack_id,
        "StackName": name,
        "StackStatus": status,
        "CreationTime": time.time(),
        "values": {},
        "imports": [],
        "Tags": [],
        "Outputs": [],
        **members,
    }
    stacks(engine)[stack_id] = record
    return record


def change(engine: Engine, stack_id: str, **members: Any) -> Record:
    """Set members of a stack's record; None takes one out."""

    def put(record: Record) -> None:
        for name, value in members.items():
            if value is None:
                record.pop(name, None)
            else:
                record[name] = value

    return stacks(engine).change(stack_id, put)


def begin(engine: Engine, stack_id: str, allowed: Collection[str], status: str, what: str) -> str:
    """Let an operation start from one of the `allowed` statuses, and from no other at the same time; what it was."""
    was = ""

    def start(record: Record) -> None:
        nonlocal was
        was = record["StackStatus"]
        if was not in allowed:
            raise TemplateError(f"Stack:{stack_id} is in {was} state and can not be {what}.")
        record["StackStatus"] = status
        record.pop("StackStatusReason", None)

    stacks(engine).change(stack_id, start)
    return was


def release_name(engine: Engine, record: Record) -> None:
    """A deleted stack's name is free again."""
    named = names(engine).get(record["StackName"])
    if named and named["StackId"] == record["StackId"]:
        del names(engine)[record["StackName"]]
