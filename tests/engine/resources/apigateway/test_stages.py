"""Deployments, stages and the account through stacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.resources.apigateway.templates import api, call, deployment, ref, resource, stage
from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html"
)
ALL = {"ResourcePath": "/*", "HttpMethod": "*"}


def stored(engine: Any, api_id: str) -> dict[str, Any]:
    found: dict[str, Any] = engine.client("apigateway").get_stage(restApiId=api_id, stageName="live")
    return found


def served(**properties: Any) -> dict[str, Any]:
    return {**api(), **deployment(), **stage(**properties)}


def test_a_stage_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    first = {"Description": "Old", "Variables": {"a": "1", "limit": "x"}, "TracingEnabled": True}
    api_id, name = deployed(served(**first, Tags=[{"Key": "old", "Value": "1"}]), "Api", "Live")
    assert (name, stored(engine, api_id)["tags"]["old"]) == ("live", "1")
    second = {"Variables": {"limit": "y"}, "MethodSettings": [{**ALL, "ThrottlingRateLimit": 5.5}]}
    deployed(served(**second, Tags=[{"Key": "new", "Value": "2"}]))
    found = stored(engine, api_id)
    assert (found["variables"], found["tracingEnabled"], found["description"]) == ({"limit": "y"}, False, "")
    assert found["methodSettings"]["*/*"]["throttlingRateLimit"] == 5.5
    assert ("old" in found["tags"], found["tags"]["new"]) == (False, "2")
    deployed(served(Tags=[{"Key": "new", "Value": "2"}]))
    assert stored(engine, api_id)["methodSettings"] == {}


def test_a_stage_that_throttles_everything_answers_429(engine: Any, deployed: Deployment) -> None:
    settings = [{"ResourcePath": "/greeting", "HttpMethod": "GET", "ThrottlingRateLimit": 0, "ThrottlingBurstLimit": 0}]
    [api_id] = deployed(served(MethodSettings=settings), "Api")
    assert call(engine, api_id)[0] == 429


def test_a_stage_of_a_deployment_that_is_not_there_fails(deployed: Deployment) -> None:
    resources = served()
    resources["Live"]["Properties"]["DeploymentId"] = "missing"
    assert "Invalid deployment identifier specified" in deployed.failing(resources)


def test_an_access_log_needs_the_accounts_role(engine: Any, deployed: Deployment) -> None:
    engine.client("apigateway").update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]
    )
    log = {"DestinationArn": {"Fn::GetAtt": ["Group", "Arn"]}, "Format": "$context.requestId"}
    resources = {**served(AccessLogSetting=log), "Group": {"Type": "AWS::Logs::LogGroup"}}
    assert "CloudWatch Logs role ARN must be set in account settings" in deployed.failing(resources)


def test_the_account_has_one_role_for_logs_which_stays(engine: Any, deployed: Deployment) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = {
        "Type": "AWS::IAM::Role",
        "DeletionPolicy": "Retain",
        "Properties": {"AssumeRolePolicyDocument": document},
    }
    account = resource("Account", CloudWatchRoleArn={"Fn::GetAtt": ["Role", "Arn"]})
    arn, reference, identifier = deployed({"Role": role, "Account": account}, "Role.Arn", "Account", "Account.Id")
    assert reference == identifier
    deployed.delete()
    assert engine.client("apigateway").get_account()["cloudwatchRoleArn"] == arn


def test_a_stage_of_that_name_is_made_once(deployed: Deployment) -> None:
    again = {"Again": {**stage()["Live"], "DependsOn": "Live"}}
    assert "Stage already exists" in deployed.failing({**served(), **again})


def test_a_deployment_serves_its_own_stage_and_takes_it_along(
    engine: Any, deployed: Deployment, gone: Callable[..., bool]
) -> None:
    [api_id, identifier] = deployed({**api(), **deployment(StageName="own")}, "Api", "Deployment.DeploymentId")
    assert call(engine, api_id, "own") == (200, "hello")
    deployed({**api(), **deployment(StageName="other", Description="Moved")})
    assert gone("apigateway", "get_stage", restApiId=api_id, stageName="own")
    assert call(engine, api_id, "other") == (200, "hello")
    found = engine.client("apigateway").get_deployment(restApiId=api_id, deploymentId=identifier)
    assert found["description"] == "Moved"
    deployed(api())
    assert gone("apigateway", "get_stage", restApiId=api_id, stageName="other")
    assert gone("apigateway", "get_deployment", restApiId=api_id, deploymentId=identifier)


def test_an_api_without_methods_cannot_be_deployed(deployed: Deployment) -> None:
    bare = {"Api": resource("RestApi", Name="bare"), "Deployment": resource("Deployment", RestApiId=ref("Api"))}
    assert "The REST API doesn't contain any methods" in deployed.failing(bare)


def test_a_stage_gets_and_loses_a_cache(engine: Any, deployed: Deployment) -> None:
    cache = {"CacheClusterEnabled": True, "CacheClusterSize": "0.5"}
    settings = [{"ResourcePath": "/greeting", "HttpMethod": "GET", "CachingEnabled": True, "CacheTtlInSeconds": 60}]
    [api_id] = deployed(served(**cache, MethodSettings=settings), "Api")
    found = stored(engine, api_id)
    assert (found["cacheClusterEnabled"], found["cacheClusterSize"]) == (True, "0.5")
    method = found["methodSettings"]["/greeting/GET"]
    assert (method["cachingEnabled"], method["cacheTtlInSeconds"]) == (True, 60)
    assert call(engine, api_id) == call(engine, api_id) == (200, "hello")
    deployed(served())
    found = stored(engine, api_id)
    assert (found["cacheClusterEnabled"], found["methodSettings"]) == (False, {})


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html")
def test_a_stage_gets_changes_and_loses_a_canary(engine: Any, deployed: Deployment) -> None:
    canary = {"PercentTraffic": 30, "StageVariableOverrides": {"a": "1", "b": "2"}, "UseStageCache": True}
    first = {**canary, "DeploymentId": ref("Deployment")}
    api_id, deployment_id = deployed(served(CanarySetting=first), "Api", "Deployment")
    assert stored(engine, api_id)["canarySettings"] == {
        "deploymentId": deployment_id,
        "percentTraffic": 30.0,
        "stageVariableOverrides": {"a": "1", "b": "2"},
        "useStageCache": True,
    }
    deployed(served(CanarySetting={"PercentTraffic": 12.5, "StageVariableOverrides": {"a": "3"}}))
    assert stored(engine, api_id)["canarySettings"] == {
        "percentTraffic": 12.5,
        "stageVariableOverrides": {"a": "3"},
    }
    deployed(served())
    assert "canarySettings" not in stored(engine, api_id)


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html"
)
def test_a_deployment_is_a_canary_on_a_stage_that_is_there(engine: Any, deployed: Deployment) -> None:
    settings = {"PercentTraffic": 100, "StageVariableOverrides": {"a": "1"}}
    canary = deployment("Canary", StageName="live", DeploymentCanarySettings=settings)
    canary["Canary"]["DependsOn"] = "Live"
    api_id, base, identifier = deployed({**served(), **canary}, "Api", "Deployment", "Canary")
    found = stored(engine, api_id)
    assert (found["deploymentId"], found["canarySettings"]["deploymentId"]) == (base, identifier)
    assert call(engine, api_id) == (200, "hello")
    deployed(served())
    assert "canarySettings" not in stored(engine, api_id)
