"""AWS::ApplicationAutoScaling: scalable targets and scaling policies.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApplicationAutoScaling.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import Properties, is_known, picked
from slipway.engine.services.application_autoscaling.service import NAMESPACE, check_names

_IDENTITY = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_POLICY_PROPERTIES = {
    "PolicyName",
    "PolicyType",
    "ScalingTargetId",
    "TargetTrackingScalingPolicyConfiguration",
    *_IDENTITY,
}


def _client(call: ResourceCall) -> Any:
    return call.caller.client("application-autoscaling")


def _register(call: ResourceCall) -> Created:
    properties = dict(call.properties)
    for name in ("MinCapacity", "MaxCapacity"):
        properties[name] = int(properties[name])
    suspended = {name: _true(value) for name, value in properties.pop("SuspendedState", {}).items()}
    tags = {tag["Key"]: tag["Value"] for tag in properties.pop("Tags", [])}
    optional = {**({"SuspendedState": suspended} if suspended else {}), **({"Tags": tags} if tags else {})}
    _client(call).register_scalable_target(**properties, **optional)
    reference = "|".join(properties[name] for name in ("ResourceId", "ScalableDimension", "ServiceNamespace"))
    return Created(reference, {"Id": reference})


def _names(properties: Properties) -> Iterator[str]:
    """What every operation of the service would refuse of the names, as far as they are known."""
    known = {name: value for name, value in picked(properties, *_IDENTITY).items() if is_known(value)}
    try:
        check_names({"ServiceNamespace": NAMESPACE, **known})
    except AwsError as error:
        yield error.message


def _deregister(call: ResourceCall) -> None:
    client = _client(call)
    with contextlib.suppress(client.exceptions.ObjectNotFoundException):
        client.deregister_scalable_target(**_identity(call.physical_id))


def _identity(reference: str) -> dict[str, str]:
    """The three names in what `Ref` of a scalable target gives."""
    resource_id, dimension, namespace = reference.split("|")
    return {"ServiceNamespace": namespace, "ResourceId": resource_id, "ScalableDimension": dimension}


def _put_policy(call: ResourceCall) -> Created:
    properties = call.properties
    answer = _client(call).put_scaling_policy(
        **_policy_identity(properties),
        PolicyType=properties["PolicyType"],
        TargetTrackingScalingPolicyConfiguration=_typed(properties["TargetTrackingScalingPolicyConfiguration"]),
    )
    return Created(answer["PolicyARN"], {"Arn": answer["PolicyARN"]})


def _policy_identity(properties: dict[str, Any]) -> dict[str, str]:
    if "ScalingTargetId" in properties:
        identity = _identity(properties["ScalingTargetId"])
    else:
        identity = {name: properties[name] for name in _IDENTITY}
    return {**identity, "PolicyName": properties["PolicyName"]}


def _typed(configuration: dict[str, Any]) -> dict[str, Any]:
    """Numbers and booleans that a template wrote as text, as the API wants them."""
    typed = dict(configuration)
    typed["TargetValue"] = float(typed["TargetValue"])
    for name in ("ScaleInCooldown", "ScaleOutCooldown"):
        if name in typed:
            typed[name] = int(typed[name])
    if "DisableScaleIn" in typed:
        typed["DisableScaleIn"] = _true(typed["DisableScaleIn"])
    return typed


def _true(value: Any) -> bool:
    return str(value).lower() == "true"


def _delete_policy(call: ResourceCall) -> None:
    client = _client(call)
    with contextlib.suppress(client.exceptions.ObjectNotFoundException):
        client.delete_scaling_policy(**_policy_identity(call.properties))


RESOURCES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ResourceType(
        create=_register,
        update=_register,
        delete=_deregister,
        honours=frozenset({"MaxCapacity", "MinCapacity", "RoleARN", "SuspendedState", "Tags", *_IDENTITY}),
        refuses={"ScheduledActions": "scaling follows a metric, not the clock"},
        check=_names,
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ResourceType(
        create=_put_policy,
        update=_put_policy,
        delete=_delete_policy,
        honours=frozenset(_POLICY_PROPERTIES),
        refuses={
            "PredictiveScalingPolicyConfiguration": "scaling follows a target, not a forecast",
            "StepScalingPolicyConfiguration": "scaling follows a target, not steps",
            "TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Metrics": "one metric is tracked",
        },
        check=_names,
    ),
}
