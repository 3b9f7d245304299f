"""Scaling policies: target tracking of invocations per instance, or of another metric.

docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html
"""

from __future__ import annotations

import time
import uuid

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.application_autoscaling import alarms
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
)

METRIC = "SageMakerVariantInvocationsPerInstance"
DEFAULT_COOLDOWN = 300
_CONFIGURATION = "TargetTrackingScalingPolicyConfiguration"


@SERVICE.operation("PutScalingPolicy", resource=target_arn, context=context)
def put_scaling_policy(call: Call) -> Record:
    """Make or change a policy and its alarms."""
    check_names(call.params)
    key = f"{call.params['ResourceId']}|{call.params['PolicyName']}"
    known = policies(call.engine).get(key)
    configuration = _configuration(call.params, known)
    find_target(call)
    policy = {**(known or _new(call)), _CONFIGURATION: configuration}
    policy["Alarms"] = alarms.put(call.engine, call.caller, policy)
    policies(call.engine)[key] = policy
    return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}


def _new(call: Call) -> Record:
    resource, name = call.params["ResourceId"], call.params["PolicyName"]
    where = f"scalingPolicy:{uuid.uuid4()}:resource/{NAMESPACE}/{resource}:policyName/{name}"
    return {
        "PolicyARN": call.engine.arn("autoscaling", where),
        "PolicyName": name,
        "ServiceNamespace": NAMESPACE,
        "ResourceId": resource,
        "ScalableDimension": DIMENSION,
        "PolicyType": "TargetTrackingScaling",
        "CreationTime": time.time(),
    }


def _configuration(params: Record, known: Record | None) -> Record:
    """The tracking configuration; other kinds of policy and other metrics are refused by name."""
    kind = params.get("PolicyType", known["PolicyType"] if known else "StepScaling")
    if kind != "TargetTrackingScaling":
        raise invalid(f"PolicyType {kind} is not executed here: TargetTrackingScaling is")
    configuration: Record | None = params.get(_CONFIGURATION)
    if configuration is None:
        raise invalid(f"{_CONFIGURATION} is required for PolicyType TargetTrackingScaling")
    if ("CustomizedMetricSpecification" in configuration) == ("PredefinedMetricSpecification" in configuration):
        raise invalid("Exactly one of CustomizedMetricSpecification and PredefinedMetricSpecification must be given")
    if "CustomizedMetricSpecification" in configuration:
        _check_customized(configuration["CustomizedMetricSpecification"])
        return configuration
    metric = configuration.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    if metric != METRIC:
        raise invalid(f"PredefinedMetricType {metric} is not executed here: {METRIC} is")
    return configuration


def _check_customized(specification: Record) -> None:
    """A metric of CloudWatch's; a calculation with several is refused by name.

    docs.aws.amazon.com/autoscaling/application/APIReference/API_CustomizedMetricSpecification.html
    """
    if "Metrics" in specification:
        raise invalid("CustomizedMetricSpecification.Metrics is not executed here: one metric is")
    for member in ("MetricName", "Namespace", "Statistic"):
        if member not in specification:
            raise invalid(f"CustomizedMetricSpecification must give a {member}")


@SERVICE.operation("DescribeScalingPolicies")
def describe_scaling_policies(call: Call) -> Record:
    """The policies, filtered by name and resource.

    docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html
    """
    check_names(call.params)
    names, resource = call.params.get("PolicyNames"), call.params.get("ResourceId")
    found = [
        policy
        for policy in policies(call.engine).values()
        if (not names or policy["PolicyName"] in names) and resource in (None, policy["ResourceId"])
    ]
    shown = [{member: value for member, value in policy.items() if member != "Last"} for policy in found]
    return page(shown, call.params, "ScalingPolicies")


@SERVICE.operation("DeleteScalingPolicy", resource=target_arn, context=context)
def delete_scaling_policy(call: Call) -> Record:
    """Remove a policy and its alarms.

    docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html
    """
    check_names(call.params)
    key = f"{call.params['ResourceId']}|{call.params['PolicyName']}"
    policy = policies(call.engine).get(key)
    if policy is None:
        text = (
            f"No scaling policy found for service namespace: {NAMESPACE}, resource ID: {call.params['ResourceId']}, "
            f"scalable dimension: {DIMENSION}, policy name: {call.params['PolicyName']}"
        )
        raise AwsError("ObjectNotFoundException", text, status=400)
    alarms.delete(call.engine, call.caller, policy)
    del policies(call.engine)[key]
    return {}
