"""The two alarms of a target tracking policy.

They are put under the service-linked role, and whoever asks for the policy needs the permission too, as AWS documents.

docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html (permissions)
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from slipway.engine.services.application_autoscaling import linked_role
from slipway.engine.services.application_autoscaling.service import endpoint_and_variant

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

HIGH_PERIODS = 3
LOW_PERIODS = 15
# The low alarm leaves a margin below the target, so that the two do not take turns.
LOW_SHARE = 0.9
_PERIOD = 60

Policy = dict[str, Any]


def put(engine: Engine, caller: Caller, policy: Policy) -> list[dict[str, str]]:
    """Make or change the alarms of a policy; their names and ARNs."""
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    target = float(configuration["TargetValue"])
    wanted = {
        "AlarmHigh": (HIGH_PERIODS, target, "GreaterThanThreshold"),
        "AlarmLow": (LOW_PERIODS, target * LOW_SHARE, "LessThanThreshold"),
    }
    if configuration.get("DisableScaleIn"):
        del wanted["AlarmLow"]
    known = {alarm["AlarmName"].split("-")[-6]: alarm["AlarmName"] for alarm in policy.get("Alarms", [])}
    names = {kind: known.get(kind) or f"{_prefix(policy)}-{kind}-{uuid.uuid4()}" for kind in wanted}
    made = [{"AlarmName": name, "AlarmARN": _arn(engine, name)} for name in names.values()]
    for alarm in made:
        caller.check("cloudwatch:PutMetricAlarm", alarm["AlarmARN"])
    client = linked_role.session(engine).client("cloudwatch")
    for kind, (periods, threshold, comparison) in wanted.items():
        client.put_metric_alarm(**_alarm(policy, names[kind], periods, threshold, comparison))
    return made


def delete(engine: Engine, caller: Caller, policy: Policy) -> None:
    """Remove the alarms of a policy."""
    for alarm in policy["Alarms"]:
        caller.check("cloudwatch:DeleteAlarms", alarm["AlarmARN"])
    client = linked_role.session(engine).client("cloudwatch")
    for alarm in policy["Alarms"]:
        client.delete_alarms(AlarmNames=[alarm["AlarmName"]])


def _prefix(policy: Policy) -> str:
    return f"TargetTracking-{policy['ResourceId']}"


def _arn(engine: Engine, name: str) -> str:
    return engine.arn("cloudwatch", f"alarm:{name}")


def _alarm(policy: Policy, name: str, periods: int, threshold: float, comparison: str) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}.",
        **_metric(policy),
        "Period": _PERIOD,
        "EvaluationPeriods": periods,
        "Threshold": threshold,
        "ComparisonOperator": comparison,
        "AlarmActions": [policy["PolicyARN"]],
    }


def _metric(policy: Policy) -> dict[str, Any]:
    """What is tracked, as PutMetricAlarm names it."""
    customized = policy["TargetTrackingScalingPolicyConfiguration"].get("CustomizedMetricSpecification")
    if customized is not None:
        return dict(customized)
    endpoint, variant = endpoint_and_variant(policy["ResourceId"])
    return {
        "Namespace": "AWS/SageMaker",
        "MetricName": "InvocationsPerInstance",
        "Dimensions": [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}],
        "Statistic": "Sum",
    }
