"""Wait conditions and their handles.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitcondition.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitconditionhandle.html
"""

from __future__ import annotations

import json
import secrets
import time

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.services.cloudformation.mailbox import SIGNALS
from slipway.engine.services.cloudformation.service import handles
from slipway.engine.services.cloudformation.stacks.operation import Cancelled, running

_POLL_SECONDS = 0.1


def create_handle(call: ResourceCall) -> Created:
    """An address that takes signals."""
    token = secrets.token_urlsafe(32)
    handles(call.engine)[token] = {"StackId": call.stack_id, "signals": {}}
    return Created(f"{call.engine.url}{SIGNALS}{token}")


def delete_handle(call: ResourceCall) -> None:
    """The address takes no signals any more."""
    handles(call.engine).pop(_token(call.physical_id), None)


def create_condition(call: ResourceCall) -> Created:
    """Wait until enough signals have come, for `Timeout` seconds at most."""
    token, needed = _token(call.properties["Handle"]), int(call.properties.get("Count", 1))
    timeout = int(call.properties.get("Timeout", 0))
    deadline = time.monotonic() + call.engine.clock.limit(timeout)
    operation = running(call.stack_id)
    while True:
        signals = handles(call.engine).get(token, {"signals": {}})["signals"]
        failed = next((signal for signal in signals.values() if signal["Status"] == "FAILURE"), None)
        if failed is not None:
            reason, unique_id = failed.get("Reason", ""), failed.get("UniqueId", "")
            raise ResourceFailed(f"WaitCondition received failed message: '{reason}' for uniqueId: {unique_id}")
        if len(signals) >= needed:
            data = {unique_id: signal.get("Data", "") for unique_id, signal in signals.items()}
            return Created(call.physical_name(), {"Data": json.dumps(data)})
        if time.monotonic() >= deadline:
            raise ResourceFailed(f"WaitCondition timed out. Received {len(signals)} conditions when expecting {needed}")
        if operation is not None and operation.halted.wait(_POLL_SECONDS):
            raise Cancelled("Resource creation cancelled")


def _keep(call: ResourceCall) -> Created:
    """ "Updates aren't supported": a wait condition that was met stays met."""
    raise ResourceFailed(f"Update to resource type {call.resource_type} is not supported.")


def _forget(call: ResourceCall) -> None:
    """A condition is nothing but a record."""
    del call


def _token(address: str) -> str:
    return address.rpartition("/")[2]


HANDLE = ResourceType(create=create_handle, update=create_handle, delete=delete_handle)
CONDITION = ResourceType(
    create=create_condition, update=_keep, delete=_forget, honours=frozenset({"Handle", "Timeout", "Count"})
)
