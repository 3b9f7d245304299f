"""Scalable targets: what may be scaled, between which counts.

docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from __future__ import annotations

import secrets
import time

from slipway.engine.service import Call
from slipway.engine.services.application_autoscaling import activities, alarms, capacity, linked_role
from slipway.engine.services.application_autoscaling.service import (
    DIMENSION,
    NAMESPACE,
    SERVICE,
    Record,
    check_names,
    context,
    find_target,
    invalid,
    page,
    policies,
    target_arn,
    targets,
)

_SUSPENSIONS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


@SERVICE.operation("RegisterScalableTarget", resource=target_arn, context=context)
def register_scalable_target(call: Call) -> Record:
    """Register a variant, or change what is registered; brings its count between the bounds."""
    check_names(call.params)
    known = targets(call.engine).get(call.params["ResourceId"])
    record = _merged(call, known)
    if record["MaxCapacity"] < record["MinCapacity"]:
        raise invalid("Maximum capacity cannot be less than minimum capacity")
    linked_role.ensure(call.engine, call.caller)
    now = capacity.read(call.engine, record["ResourceId"])
    if now is None:
        raise invalid(f"SageMaker endpoint variant doesn't exist: {record['ResourceId']}")
    targets(call.engine)[record["ResourceId"]] = record
    _bound(call, record, now)
    return {"ScalableTargetARN": record["ScalableTargetARN"]}


def _merged(call: Call, known: Record | None) -> Record:
    """The target as it will be: members that a second registration leaves out keep their values."""
    params = call.params
    role = params.get("RoleARN", linked_role.arn(call.engine))
    if role != linked_role.arn(call.engine):
        raise invalid(f"RoleARN {role} is not used: {NAMESPACE} is scaled under {linked_role.arn(call.engine)}")
    if known is None:
        for member in ("MinCapacity", "MaxCapacity"):
            if member not in params:
                raise invalid(f"{member} must be specified to register a new scalable target")
        known = {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": params["ResourceId"],
            "ScalableDimension": DIMENSION,
            "RoleARN": role,
            "CreationTime": time.time(),
            "SuspendedState": dict.fromkeys(_SUSPENSIONS, False),
            "ScalableTargetARN": call.arn(f"scalable-target/{secrets.token_hex(18)}"),
            "Tags": params.get("Tags", {}),
        }
    given: Record = {member: params[member] for member in ("MinCapacity", "MaxCapacity") if member in params}
    return {**known, **given, "SuspendedState": {**known["SuspendedState"], **params.get("SuspendedState", {})}}


def _bound(call: Call, record: Record, now: capacity.Capacity) -> None:
    """Scale at once when the count is out of bounds, as AWS does unless that is suspended."""
    suspended = record["SuspendedState"]
    if now.desired < record["MinCapacity"] and not suspended["DynamicScalingOutSuspended"]:
        cause = f"minimum capacity was set to {record['MinCapacity']}"
        activities.change(call.engine, record["ResourceId"], record["MinCapacity"], cause)
    elif now.desired > record["MaxCapacity"] and not suspended["DynamicScalingInSuspended"]:
        cause = f"maximum capacity was set to {record['MaxCapacity']}"
        activities.change(call.engine, record["ResourceId"], record["MaxCapacity"], cause)


@SERVICE.operation("DescribeScalableTargets")
def describe_scalable_targets(call: Call) -> Record:
    """The registered targets.

    docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
    """
    check_names({"ServiceNamespace": call.params["ServiceNamespace"]})
    wanted = call.params.get("ResourceIds")
    found = [record for key, record in targets(call.engine).items() if not wanted or key in wanted]
    shown = [{member: value for member, value in record.items() if member != "Tags"} for record in found]
    return page(shown, call.params, "ScalableTargets")


@SERVICE.operation("DeregisterScalableTarget", resource=target_arn, context=context)
def deregister_scalable_target(call: Call) -> Record:
    """Remove a target, its policies and their alarms.

    docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    """
    check_names(call.params)
    record = find_target(call)
    for key, policy in list(policies(call.engine).items()):
        if policy["ResourceId"] == record["ResourceId"]:
            alarms.delete(call.engine, call.caller, policy)
            del policies(call.engine)[key]
    del targets(call.engine)[record["ResourceId"]]
    return {}
