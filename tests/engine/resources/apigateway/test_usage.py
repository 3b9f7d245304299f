"""API keys and usage plans through stacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.resources.apigateway.templates import api, call, deployment, method, mock, ref, resource, stage
from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplan.html"
)
LIVE = {"ApiId": ref("Api"), "Stage": ref("Live")}


def keyed(plan: dict[str, Any], **key: Any) -> dict[str, Any]:
    """An API whose method needs a key, a key, and a plan that has both."""
    return {
        **api(),
        "Get": method(Integration=mock("keyed"), ApiKeyRequired=True),
        **deployment(),
        **stage(),
        "Key": resource("ApiKey", Enabled=True, **key),
        "Plan": resource("UsagePlan", **plan),
        "Member": resource("UsagePlanKey", KeyId=ref("Key"), KeyType="API_KEY", UsagePlanId=ref("Plan")),
    }


def value(engine: Any, key: str) -> str:
    return str(engine.client("apigateway").get_api_key(apiKey=key, includeValue=True)["value"])


def test_a_key_of_the_plan_is_let_in_and_a_disabled_one_is_not(engine: Any, deployed: Deployment) -> None:
    outputs = ("Api", "Key", "Key.APIKeyId", "Plan.Id", "Member")
    api_id, key, same, plan, member = deployed(keyed({"ApiStages": [LIVE]}), *outputs)
    assert (same, member) == (key, f"{key}:{plan}")
    assert call(engine, api_id)[0] == 403
    assert call(engine, api_id, **{"x-api-key": value(engine, key)}) == (200, "keyed")
    disabled = keyed({"ApiStages": [LIVE]})
    disabled["Key"]["Properties"] = {"Enabled": False, "Description": "Disabled"}
    assert deployed(disabled, "Key") == [key]
    assert call(engine, api_id, **{"x-api-key": value(engine, key)})[0] == 403


def test_a_plan_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    quota = {"Limit": 10, "Period": "DAY"}
    first = {"UsagePlanName": "old", "Quota": quota, "Throttle": {"RateLimit": 5}, "Tags": [{"Key": "a", "Value": "1"}]}
    [plan] = deployed(keyed(first), "Plan")
    limits = {"/greeting/GET": {"RateLimit": 1, "BurstLimit": 2}}
    second = {"UsagePlanName": "new", "ApiStages": [{**LIVE, "Throttle": limits}], "Quota": {**quota, "Limit": 20}}
    api_id, same = deployed(keyed(second), "Api", "Plan")
    assert same == plan
    found = engine.client("apigateway").get_usage_plan(usagePlanId=plan)
    assert (found["name"], found["quota"], found.get("throttle", {})) == ("new", {"limit": 20, "period": "DAY"}, {})
    expected = {"apiId": api_id, "stage": "live", "throttle": {"/greeting/GET": {"rateLimit": 1.0, "burstLimit": 2}}}
    assert found["apiStages"] == [expected]
    assert "a" not in found["tags"]


def test_a_plan_that_is_used_up_answers_429(engine: Any, deployed: Deployment) -> None:
    plan = {"ApiStages": [LIVE], "Quota": {"Limit": 1, "Period": "DAY"}}
    api_id, key = deployed(keyed(plan), "Api", "Key")
    statuses = [call(engine, api_id, **{"x-api-key": value(engine, key)})[0] for _ in range(2)]
    assert statuses == [200, 429]


def test_a_plan_for_a_stage_that_is_not_there_fails(deployed: Deployment) -> None:
    reason = deployed.failing(keyed({"ApiStages": [{"ApiId": ref("Api"), "Stage": "missing"}]}))
    assert "API Stage not found: " in reason


def test_a_plan_and_its_keys_are_deleted_before_its_stage(
    engine: Any, deployed: Deployment, gone: Callable[..., bool]
) -> None:
    plan, key = deployed(keyed({"ApiStages": [LIVE]}), "Plan", "Key")
    deployed.delete()
    assert gone("apigateway", "get_usage_plan", usagePlanId=plan)
    assert gone("apigateway", "get_api_key", apiKey=key)


def test_a_role_that_may_not_post_makes_no_key(deployed: Deployment) -> None:
    reason = deployed.failing({"Key": resource("ApiKey", Enabled=True)}, RoleARN=deployed.role("apigateway:DELETE"))
    assert "is not authorized to perform: apigateway:POST" in reason
