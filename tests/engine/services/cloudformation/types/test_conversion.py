"""services/cloudformation/types/conversion.py: scalars as the schema has them."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.cloudformation.types.conversion import converted

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"
)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        pytest.param({"MinCapacity": "2"}, {"MinCapacity": 2}, id="text for an integer"),
        pytest.param({"MinCapacity": "two"}, {"MinCapacity": "two"}, id="what is no integer stays"),
        pytest.param({"ResourceId": 7}, {"ResourceId": "7"}, id="a number for a text"),
        pytest.param(
            {"SuspendedState": {"ScheduledScalingSuspended": "true"}},
            {"SuspendedState": {"ScheduledScalingSuspended": True}},
            id="text for a boolean, in a definition",
        ),
        pytest.param(
            {"ScheduledActions": [{"ScalableTargetAction": {"MinCapacity": "1"}}]},
            {"ScheduledActions": [{"ScalableTargetAction": {"MinCapacity": 1}}]},
            id="in a list",
        ),
    ],
)
def test_scalars_get_the_type_of_the_schema(properties: dict[str, Any], expected: dict[str, Any]) -> None:
    assert converted("AWS::ApplicationAutoScaling::ScalableTarget", properties) == expected


@pytest.mark.parametrize(("text", "number"), [("1.5", 1.5), ("70", 70), ("1e3", 1000.0)])
def test_numbers_keep_their_fraction(text: str, number: float) -> None:
    policy = {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": text}}
    found = converted("AWS::ApplicationAutoScaling::ScalingPolicy", policy)
    assert found == {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": number}}


def test_a_type_without_a_schema_is_left_alone() -> None:
    assert converted("Custom::Anything", {"Count": "1"}) == {"Count": "1"}
