"""Every change of a status: on the stack's record, in its events, and on the event bus.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-resource-status-change.html
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.services.cloudformation.service import events, stacks
from slipway.engine.services.cloudformation.stacks import records
from slipway.engine.store import Record

STACK = "AWS::CloudFormation::Stack"


def stack_status(engine: Engine, stack_id: str, status: str, reason: str = "") -> Record:
    """Give a stack its status, and tell."""
    record = records.change(engine, stack_id, StackStatus=status, StackStatusReason=reason or None)
    _write(engine, record, str(uuid.uuid4()), record["StackName"], stack_id, STACK, status, reason)
    detail = {"stack-id": stack_id, "status-details": _details(status, reason)}
    engine.emit("aws.cloudformation", "CloudFormation Stack Status Change", detail, [stack_id])
    return record


def resource_status(engine: Engine, stack_id: str, resource: Record, reason: str = "") -> None:
    """Tell the status that a resource's record has."""
    logical_id, status = resource["LogicalResourceId"], resource["ResourceStatus"]
    event_id = f"{logical_id}-{status}-{uuid.uuid4().hex[:12]}"
    physical_id, kind = resource.get("PhysicalResourceId", ""), resource["ResourceType"]
    stack = stacks(engine)[stack_id]
    _write(engine, stack, event_id, logical_id, physical_id, kind, status, reason)
    detail = {
        "stack-id": stack_id,
        "logical-resource-id": logical_id,
        "physical-resource-id": physical_id,
        "resource-type": kind,
        "status-details": _details(status, reason),
    }
    engine.emit("aws.cloudformation", "CloudFormation Resource Status Change", detail, [stack_id])


def _details(status: str, reason: str) -> dict[str, Any]:
    return {"status": status, "status-reason": reason}


def _write(
    engine: Engine,
    stack: Record,
    event_id: str,
    logical_id: str,
    physical_id: str,
    kind: str,
    status: str,
    reason: str,
) -> None:
    stack_id = stack["StackId"]
    event = {
        "StackId": stack_id,
        "EventId": event_id,
        "StackName": stack["StackName"],
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceType": kind,
        "Timestamp": time.time(),
        "ResourceStatus": status,
    }
    told = {"ResourceStatusReason": reason} if reason else {}
    token = {"ClientRequestToken": stack["token"]} if stack.get("token") else {}
    events(engine, stack_id)[event_id] = {**event, **told, **token}
