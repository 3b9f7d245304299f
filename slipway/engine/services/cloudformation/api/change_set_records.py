"""Change sets as records.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.services.cloudformation.api.request import Request
from slipway.engine.services.cloudformation.service import change_sets
from slipway.engine.services.cloudformation.stacks import records
from slipway.engine.services.cloudformation.template.parameters import Given
from slipway.engine.store import Record


def new_id(engine: Engine, name: str) -> str:
    """The id of a change set that is to be called `name`."""
    return engine.arn("cloudformation", f"changeSet/{name}/{uuid.uuid4()}")


def make(engine: Engine, change_set_id: str, stack_id: str, request: Request, **members: Any) -> Record:
    """Put a change set on record."""
    record = {
        "ChangeSetId": change_set_id,
        "ChangeSetName": change_set_id.split("/")[1],
        "StackId": stack_id,
        "StackName": stack_id.split("/")[1],
        "CreationTime": time.time(),
        "text": request.text,
        "given": [[one.name, one.value, one.use_previous] for one in request.given],
        "Tags": request.tags,
        "Capabilities": request.capabilities,
        **members,
    }
    change_sets(engine)[change_set_id] = record
    return record


def request_of(record: Record, members: dict[str, Any]) -> Request:
    """What a change set was made for."""
    given = [Given(name, value, use_previous) for name, value, use_previous in record["given"]]
    return Request(record["text"], given, record["Tags"], record["Capabilities"], members)


def find(engine: Engine, name_or_id: str, stack: str) -> Record | None:
    """A change set by its id, or by its name and its stack's."""
    if name_or_id.startswith("arn:"):
        return change_sets(engine).get(name_or_id)
    stack_id = (records.find(engine, stack) or {}).get("StackId", "")
    for record in change_sets(engine).values():
        if (record["ChangeSetName"], record["StackId"]) == (name_or_id, stack_id) and "ParentChangeSetId" not in record:
            return record
    return None


def get(engine: Engine, name_or_id: str, stack: str) -> Record:
    """A change set; ChangeSetNotFound when there is none."""
    found = find(engine, name_or_id, stack)
    if found is None:
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{name_or_id}] does not exist", status=404)
    return found
