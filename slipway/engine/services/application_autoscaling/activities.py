"""Scaling activities: one change of capacity each, with AWS's sentences.

docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.application_autoscaling import capacity
from slipway.engine.services.application_autoscaling.service import (
    DIMENSION,
    NAMESPACE,
    SERVICE,
    Record,
    check_names,
    page,
)
from slipway.engine.services.application_autoscaling.service import activities as table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

# How long a change may take before it counts as failed, in real seconds: servers start in real time.
_LONGEST_CHANGE = 900.0
_POLL_SECONDS = 0.2


@SERVICE.operation("DescribeScalingActivities")
def describe_scaling_activities(call: Call) -> Record:
    """Activities of the last six weeks, newest first.

    docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html
    """
    check_names(call.params)
    wanted = call.params.get("ResourceId")
    found = [record for record in table(call.engine).values() if wanted in (None, record["ResourceId"])]
    found.sort(key=lambda record: record["StartTime"], reverse=True)
    return page(found, call.params, "ScalingActivities")


def change(engine: Engine, resource_id: str, count: int, cause: str) -> Record:
    """Change the capacity to `count` and follow it to its end in the background; the activity as it begins."""
    activity: Record = {
        "ActivityId": str(uuid.uuid4()),
        "ServiceNamespace": NAMESPACE,
        "ResourceId": resource_id,
        "ScalableDimension": DIMENSION,
        "Description": f"Setting desired instance count to {count}.",
        "Cause": cause,
        "StartTime": time.time(),
        "StatusCode": "InProgress",
        "StatusMessage": f"{_set(count)} Waiting for change to be fulfilled by {NAMESPACE}.",
    }
    table(engine)[activity["ActivityId"]] = activity
    try:
        capacity.change(engine, resource_id, count)
    except (ClientError, AwsError) as error:
        reason = f"Failed to set desired instance count to {count}. Reason: {error}"
        return _end(engine, activity["ActivityId"], "Failed", reason)
    engine.spawn(f"scaling {resource_id}", follow, engine, activity["ActivityId"], count)
    return activity


def follow(engine: Engine, activity_id: str, count: int) -> None:
    """Wait until the variant has `count` instances, then end the activity."""
    resource_id = table(engine)[activity_id]["ResourceId"]
    until = time.monotonic() + _LONGEST_CHANGE
    while not engine.stopping.wait(_POLL_SECONDS):
        now = capacity.read(engine, resource_id)
        if now is None or now.status in ("Failed", "OutOfService") or time.monotonic() > until:
            reason = now.failure or now.status if now else "the endpoint variant is gone"
            text = f"Failed to set desired instance count to {count}. Reason: {reason}"
            _end(engine, activity_id, "Failed", text)
            return
        if now.settled:
            _end(engine, activity_id, "Successful", f"{_set(count)} Change successfully fulfilled by {NAMESPACE}.")
            return


def _set(count: int) -> str:
    return f"Successfully set desired instance count to {count}."


def _end(engine: Engine, activity_id: str, status: str, message: str) -> Record:
    def end(record: Record) -> None:
        record.update(StatusCode=status, StatusMessage=message, EndTime=time.time())

    return table(engine).change(activity_id, end)


def resume(engine: Engine) -> None:
    """Follow what was in progress when the engine ended."""
    for activity_id, record in list(table(engine).items()):
        if record["StatusCode"] == "InProgress":
            count = int(record["Description"].rstrip(".").rpartition(" ")[2])
            engine.spawn(f"scaling {record['ResourceId']}", follow, engine, activity_id, count)
