"""cf/test.yaml and cf/production.yaml: what stands around the serving stack."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.cf import templates

ROLLBACK_ALARMS = ("ErrorAlarm", "LatencyAlarm")


def properties(logical_id: str) -> dict[str, Any]:
    return templates.properties("production", logical_id)


def text(logical_id: str, member: str) -> Any:
    """A JSON text with its `${…}` filled in."""
    return json.loads(re.sub(r"\$\{[^}]+\}", "x", properties(logical_id)[member]["Fn::Sub"]))


@pytest.mark.parametrize("environment", ["test", "production"])
def test_the_serving_stack_gets_parameters_that_it_has_and_all_that_it_needs(environment: str) -> None:
    passed = set(templates.properties(environment, "Serving")["Parameters"])
    parameters = templates.load("serving")["Parameters"]
    needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
    assert needed <= passed <= set(parameters)
    assert templates.properties(environment, "Serving")["Parameters"]["Environment"] == environment


@pytest.mark.parametrize("environment", ["test", "production"])
def test_every_output_is_one_of_the_serving_stack(environment: str) -> None:
    for name, output in templates.load(environment)["Outputs"].items():
        assert output["Value"] == {"Fn::GetAtt": ["Serving", f"Outputs.{name}"]}
        assert name in templates.load("serving")["Outputs"]


@pytest.mark.parametrize("environment", ["test", "production"])
def test_every_parameter_is_used(environment: str) -> None:
    template = templates.load(environment)
    used = templates.references({**template, "Parameters": {}})
    assert set(template["Parameters"]) <= used


@pytest.mark.parametrize("logical_id", ROLLBACK_ALARMS)
def test_a_rollback_alarm_watches_the_variant_and_is_calm_without_data(logical_id: str) -> None:
    alarm = properties(logical_id)
    assert alarm["TreatMissingData"] == "notBreaching"
    assert {item["Name"]: item["Value"] for item in alarm["Dimensions"]} == {
        "EndpointName": {"Fn::Sub": "${Prefix}-production"},
        "VariantName": "default",
    }


def test_no_invocation_notifies_and_rolls_nothing_back() -> None:
    assert properties("NoInvocationAlarm")["TreatMissingData"] == "breaching"
    assert properties("NoInvocationAlarm")["AlarmActions"] == [{"Ref": "TopicArn"}]
    assert "NoInvocationAlarm" not in templates.references(properties("Serving"))


def test_the_no_invocation_alarm_looks_back_a_day_at_most() -> None:
    # docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, EvaluationPeriods
    longest = templates.load("production")["Parameters"]["NoInvocationInMinutes"]["MaxValue"]
    assert longest * properties("NoInvocationAlarm")["Period"] <= 86400


def test_alarms_stand_before_the_endpoint_and_the_endpoint_before_its_scalable_target() -> None:
    assert set(ROLLBACK_ALARMS) <= templates.references(properties("Serving"))
    assert "Serving" in templates.references(properties("ScalableTarget"))
    assert "ScalableTarget" in templates.references(properties("ScalingPolicy"))


def test_production_runs_on_two_to_four_instances_by_default() -> None:
    parameters = templates.load("production")["Parameters"]
    assert (parameters["MinCapacity"]["Default"], parameters["MaxCapacity"]["Default"]) == (2, 4)


def test_instances_follow_invocations_with_cooldowns() -> None:
    policy = properties("ScalingPolicy")["TargetTrackingScalingPolicyConfiguration"]
    assert policy["PredefinedMetricSpecification"]["PredefinedMetricType"] == "SageMakerVariantInvocationsPerInstance"
    assert policy["ScaleInCooldown"] == {"Ref": "ScaleInCooldownInSeconds"}
    assert policy["ScaleOutCooldown"] == {"Ref": "ScaleOutCooldownInSeconds"}


def test_an_update_keeps_what_autoscaling_did() -> None:
    passed = properties("Serving")["Parameters"]["RetainAllVariantProperties"]
    assert passed == {"Fn::If": ["HasAutoscaling", "true", "false"]}


def test_no_update_is_guarded_that_adds_or_removes_the_candidate() -> None:
    # docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    condition, guarded, otherwise = properties("Serving")["Parameters"]["TrafficRouting"]["Fn::If"]
    assert (condition, otherwise) == ("IsGuarded", "")
    assert guarded == {"Fn::If": ["IsAllAtOnce", "ALL_AT_ONCE", "CANARY"]}
    assert templates.load("production")["Conditions"]["IsGuarded"]["Fn::And"] == [
        {"Fn::Equals": [{"Ref": "GuardDeployment"}, "true"]},
        {"Fn::Equals": [{"Ref": "CandidateModelTemplate"}, ""]},
        {"Condition": "HasEndpoint"},
    ]


def test_the_candidates_errors_notify_and_roll_nothing_back() -> None:
    alarm = properties("CandidateErrorAlarm")
    assert {"Name": "VariantName", "Value": "candidate"} in alarm["Dimensions"]
    assert alarm["AlarmActions"] == [{"Ref": "TopicArn"}]
    assert "CandidateErrorAlarm" not in templates.references(properties("Serving"))


def test_a_canary_on_one_instance_is_refused_with_a_sentence() -> None:
    rule = templates.load("production")["Rules"]["CanaryNeedsTwoInstances"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "MinCapacity"}, "1"]}
    (assertion,) = rule["Assertions"]
    assert assertion["AssertDescription"] == (
        "A canary takes at most half of the instances, so it needs two; raise MinCapacity, "
        "or leave TrafficRouting empty or ALL_AT_ONCE, which bakes as long."
    )


def test_production_remembers_its_champion_and_its_data() -> None:
    assert properties("Champion")["Name"] == {"Fn::Sub": "/${Prefix}/production/champion"}
    assert set(text("Champion", "Value")) == {"modelPackageArn", "modelDataUrl", "run"}
    assert properties("Data")["Name"] == {"Fn::Sub": "/${Prefix}/production/data"}
    assert set(text("Data", "Value")) == {"uri", "version", "commit"}
    for logical_id in ("Champion", "Data"):
        assert templates.load("production")["Resources"][logical_id]["DependsOn"] == "Serving"


def test_the_dashboard_is_json() -> None:
    assert [widget["type"] for widget in text("Dashboard", "DashboardBody")["widgets"]] == ["metric", "metric", "alarm"]
