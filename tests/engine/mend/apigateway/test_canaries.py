"""Canaries of stages: which requests get which deployment and variables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import function
from tests.engine.mend.apigateway.apis import MadeApi

pytestmark = pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html")

SAYS = """
import json
def handler(event, context):
    variables = event["stageVariables"] or {}
    return {"statusCode": 200, "body": json.dumps([event["resource"], variables.get("variant", "")])}
"""
STAGE = {"stageName": "live"}


@pytest.fixture(scope="module")
def says(engine: Any) -> str:
    return function(engine, "canary-says", SAYS)


@pytest.fixture
def api(engine: Any, says: str) -> Iterator[MadeApi]:
    made = MadeApi(engine, "canaries")
    made.method(made.resource("{proxy+}"), "GET", says)
    made.let_in("canary-says")
    made.deploy(variables={"variant": "base"})
    yield made
    made.client.delete_rest_api(restApiId=made.id)


def change(api: MadeApi, *operations: dict[str, str]) -> Any:
    return api.client.update_stage(restApiId=api.id, stageName="live", patchOperations=list(operations))


def replace(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": f"/canarySettings/{path}", "value": value}


def answers(api: MadeApi, requests: int = 40) -> Counter[tuple[str, str]]:
    return Counter(tuple(api.call("/thing")[1]) for _ in range(requests))


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/create-canary-deployment.html")
def test_a_part_of_the_requests_gets_the_new_deployment_and_its_variables(api: MadeApi, says: str) -> None:
    before = api.client.get_stage(restApiId=api.id, **STAGE)["deploymentId"]
    api.method(api.resource("thing"), "GET", says)
    settings = {"percentTraffic": 50.0, "stageVariableOverrides": {"variant": "new"}}
    made = api.client.create_deployment(restApiId=api.id, **STAGE, canarySettings=settings)
    stage = api.client.get_stage(restApiId=api.id, **STAGE)
    assert (stage["deploymentId"], stage["canarySettings"]) == (before, {**settings, "deploymentId": made["id"]})
    found = answers(api)
    assert set(found) == {("/{proxy+}", "base"), ("/thing", "new")}
    with pytest.raises(ClientError, match="Active stages pointing to this deployment must be moved or deleted"):
        api.client.delete_deployment(restApiId=api.id, deploymentId=made["id"])


@pytest.mark.parametrize(("percent", "variant"), [("0", "base"), ("100.0", "candidate")])
def test_all_or_none_of_the_requests(api: MadeApi, percent: str, variant: str) -> None:
    stage = change(api, replace("percentTraffic", percent), replace("stageVariableOverrides/variant", "candidate"))
    assert stage["canarySettings"]["percentTraffic"] == float(percent)
    assert set(answers(api, 10)) == {("/{proxy+}", variant)}


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/promote-canary-deployment.html")
def test_a_promoted_canary_is_the_stage(api: MadeApi) -> None:
    settings = {"percentTraffic": 10.0, "stageVariableOverrides": {"variant": "new"}}
    made = api.client.create_deployment(restApiId=api.id, **STAGE, canarySettings=settings)
    copies = [("stageVariableOverrides", "/variables"), ("deploymentId", "/deploymentId")]
    promoted = [{"op": "copy", "from": f"/canarySettings/{name}", "path": path} for name, path in copies]
    stage = change(api, *promoted, replace("percentTraffic", "0.0"))
    assert (stage["deploymentId"], stage["variables"]) == (made["id"], {"variant": "new"})
    assert set(answers(api, 5)) == {("/{proxy+}", "new")}
    assert "canarySettings" not in change(api, {"op": "remove", "path": "/canarySettings"})


def test_a_stage_is_made_with_a_canary(api: MadeApi) -> None:
    deployment = api.client.get_stage(restApiId=api.id, **STAGE)["deploymentId"]
    settings = {"percentTraffic": 100.0, "deploymentId": deployment, "stageVariableOverrides": {"variant": "made"}}
    api.client.create_stage(restApiId=api.id, stageName="made", deploymentId=deployment, canarySettings=settings)
    assert api.call("/thing", stage="made")[1] == ["/{proxy+}", "made"]


@pytest.mark.parametrize("shared", [True, False])
def test_a_canary_is_cached_with_the_stage_only_where_that_is_wanted(api: MadeApi, shared: bool) -> None:
    settings = [("/cacheClusterEnabled", "true"), ("/*/*/caching/enabled", "true")]
    change(api, *({"op": "replace", "path": path, "value": value} for path, value in settings))
    assert api.call("/thing")[1] == ["/{proxy+}", "base"]
    overridden = replace("stageVariableOverrides/variant", "candidate")
    change(api, replace("percentTraffic", "100"), overridden, replace("useStageCache", json.dumps(shared)))
    assert api.call("/thing")[1][1] == ("base" if shared else "candidate")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("percentTraffic", "101", "Percent traffic must be between 0.0 and 100.0"),
        ("percentTraffic", "many", "Percent traffic must be between 0.0 and 100.0"),
        ("deploymentId", "gone", "Invalid deployment identifier specified"),
        ("color", "yellow", "Invalid patch path /canarySettings/color"),
    ],
)
def test_a_canary_that_does_not_fit_is_refused(api: MadeApi, path: str, value: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        change(api, replace(path, value))


def test_a_canary_needs_its_stage(api: MadeApi) -> None:
    with pytest.raises(ClientError, match="Invalid stage identifier specified"):
        api.client.create_deployment(restApiId=api.id, stageName="new", canarySettings={"percentTraffic": 1})


def test_a_copy_from_elsewhere_is_refused(api: MadeApi) -> None:
    with pytest.raises(ClientError, match="a copy from /variables of a stage is not executed here"):
        change(api, {"op": "copy", "from": "/variables", "path": "/canarySettings/stageVariableOverrides"})
