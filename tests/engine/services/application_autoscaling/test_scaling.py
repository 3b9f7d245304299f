"""A real endpoint scaled by real load, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import Sagemaker, eventually

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html"
)

VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/scaled/variant/default",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
LINKED = "sagemaker.application-autoscaling.amazonaws.com"
LINKED_ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
METRIC = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
# One call a minute is enough, however slow the machine is.
TRACKING = {"TargetValue": 1.0, "PredefinedMetricSpecification": METRIC, "ScaleInCooldown": 60, "ScaleOutCooldown": 60}


def count(scaled: Sagemaker) -> int:
    variants = scaled.client("sagemaker").describe_endpoint(EndpointName="scaled")["ProductionVariants"]
    return int(variants[0]["CurrentInstanceCount"])


def client_of(scaled: Sagemaker, name: str, statements: list[dict[str, Any]]) -> Any:
    """Application Auto Scaling's client of a user with these permissions."""
    iam = scaled.client("iam")
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = scaled.running.session()
    return session.client(
        "application-autoscaling",
        endpoint_url=scaled.running.url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def test_the_first_registration_needs_the_right_to_make_the_linked_role(scaled: Sagemaker) -> None:
    may_register = {"Effect": "Allow", "Action": "application-autoscaling:*", "Resource": "*"}
    poor = client_of(scaled, "poor", [may_register])
    with pytest.raises(ClientError, match="iam:CreateServiceLinkedRole"):
        poor.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=1)
    may_link = {
        "Effect": "Allow",
        "Action": "iam:CreateServiceLinkedRole",
        "Resource": f"arn:aws:iam::111122223333:role/aws-service-role/{LINKED}/*",
        "Condition": {"StringEquals": {"iam:AWSServiceName": LINKED}},
    }
    rich = client_of(scaled, "rich", [may_register, may_link])
    rich.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=1)
    assert scaled.client("iam").get_role(RoleName=LINKED_ROLE)["Role"]["Path"] == f"/aws-service-role/{LINKED}/"


def test_load_adds_instances_and_quiet_removes_them(scaled: Sagemaker) -> None:
    scaling, runtime = scaled.client("application-autoscaling"), scaled.client("sagemaker-runtime")
    scaling.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=2)
    policy = scaling.put_scaling_policy(
        **VARIANT,
        PolicyName="tracking",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )
    names = sorted(alarm["AlarmName"].rpartition("default-")[2].partition("-")[0] for alarm in policy["Alarms"])
    assert names == ["AlarmHigh", "AlarmLow"]

    def grown() -> bool:
        for _ in range(5):
            runtime.invoke_endpoint(EndpointName="scaled", Body=b"x", ContentType="text/csv")
        return count(scaled) == 2

    eventually(grown)
    eventually(lambda: count(scaled) == 1)
    activities = scaling.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"]
    assert [activity["Description"] for activity in activities] == [
        "Setting desired instance count to 1.",
        "Setting desired instance count to 2.",
    ]
    assert "-AlarmHigh-" in activities[1]["Cause"]
    assert activities[1]["Cause"].endswith("in state ALARM triggered policy tracking")
    assert activities[1]["StatusMessage"] == (
        "Successfully set desired instance count to 2. Change successfully fulfilled by sagemaker."
    )
    journal = (scaled.running.home / "journal.jsonl").read_text().splitlines()
    calls = [json.loads(line) for line in journal]
    callers = {call["caller"] for call in calls if call["operation"] == "UpdateEndpointWeightsAndCapacities"}
    assert len(callers) == 1
    assert f"assumed-role/{LINKED_ROLE}/" in callers.pop()


def test_a_minimum_above_the_count_scales_at_once(scaled: Sagemaker) -> None:
    scaling = scaled.client("application-autoscaling")
    scaling.register_scalable_target(**VARIANT, MinCapacity=2, MaxCapacity=2)
    eventually(lambda: count(scaled) == 2)
    newest = scaling.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"][0]
    assert newest["Cause"] == "minimum capacity was set to 2"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"PolicyType": "StepScaling"}, "PolicyType StepScaling is not executed here", id="kind"),
        pytest.param(
            {
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1.0,
                    "CustomizedMetricSpecification": {"Metrics": [{"Id": "m"}]},
                }
            },
            "CustomizedMetricSpecification.Metrics is not executed here",
            id="metric math",
        ),
        pytest.param(
            {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"},
            "ServiceNamespace ecs is not executed here",
            id="namespace",
        ),
        pytest.param(
            {"ResourceId": "endpoint/nobody/variant/default"},
            "No scalable target found for service namespace",
            id="none",
        ),
    ],
)
def test_a_policy_that_is_not_executed_is_refused(scaled: Sagemaker, change: dict[str, Any], message: str) -> None:
    wanted = {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": TRACKING, **VARIANT}
    with pytest.raises(ClientError, match=message):
        scaled.client("application-autoscaling").put_scaling_policy(PolicyName="refused", **{**wanted, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"ResourceId": "endpoint/no/variant/v"}, "SageMaker endpoint variant doesn't exist", id="no endpoint"
        ),
        pytest.param({"MinCapacity": 3, "MaxCapacity": 2}, "Maximum capacity cannot be less than minimum", id="bounds"),
        pytest.param({"ResourceId": "service/x"}, "Unsupported resource ID, service/x", id="form"),
        pytest.param({"RoleARN": "arn:aws:iam::111122223333:role/Job"}, "RoleARN .* is not used", id="role"),
    ],
)
def test_a_target_that_cannot_be_scaled_is_refused(scaled: Sagemaker, change: dict[str, Any], message: str) -> None:
    wanted = {**VARIANT, "MinCapacity": 1, "MaxCapacity": 2, **change}
    with pytest.raises(ClientError, match=message):
        scaled.client("application-autoscaling").register_scalable_target(**wanted)


def test_deregistering_removes_policies_and_alarms(scaled: Sagemaker) -> None:
    scaling = scaled.client("application-autoscaling")
    scaling.deregister_scalable_target(**VARIANT)
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []
    alarms = scaled.client("cloudwatch").describe_alarms(AlarmNamePrefix="TargetTracking-")["MetricAlarms"]
    assert alarms == []
