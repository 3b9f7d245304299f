"""Application Auto Scaling: docs.aws.amazon.com/autoscaling/application/APIReference."""

from typing import Any

from tests.engine.refusals.attempt import call, operation

SERVICE = "application-autoscaling"
TARGET: dict[str, Any] = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/refused/variant/one",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
CUSTOM = {"CustomizedMetricSpecification": {"Metrics": [{"Id": "m", "Expression": "a / b"}]}}
OTHER = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}
POLICY = {**TARGET, "PolicyName": "refused", "PolicyType": "TargetTrackingScaling"}

ATTEMPTS = (
    call(
        "Other namespaces",
        "ServiceNamespace ecs is not executed here",
        SERVICE,
        "register_scalable_target",
        **{**TARGET, "ServiceNamespace": "ecs"},
    ),
    call(
        "dimensions",
        "ScalableDimension sagemaker:variant:DesiredProvisionedConcurrency is not executed here",
        SERVICE,
        "register_scalable_target",
        **{**TARGET, "ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency"},
    ),
    call(
        "policy types",
        "PolicyType StepScaling is not executed here",
        SERVICE,
        "put_scaling_policy",
        **{**POLICY, "PolicyType": "StepScaling"},
    ),
    call(
        "predefined metrics",
        "PredefinedMetricType ECSServiceAverageCPUUtilization is not executed here",
        SERVICE,
        "put_scaling_policy",
        **POLICY,
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 1.0, **OTHER},
    ),
    call(
        "metric math",
        "CustomizedMetricSpecification.Metrics is not executed here",
        SERVICE,
        "put_scaling_policy",
        **POLICY,
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 1.0, **CUSTOM},
    ),
    operation("scheduled actions", SERVICE, "PutScheduledAction", "put_scheduled_action", **TARGET),
)
