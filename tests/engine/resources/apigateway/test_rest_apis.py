"""AWS::ApiGateway::RestApi through stacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.engine.resources.apigateway.templates import api, call, deployment, document, resource, stage
from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html"
)


def documented(text: str, name: str = "First", **properties: Any) -> dict[str, Any]:
    made = resource("RestApi", **{"Body": document(text), **properties})
    served = {"Deployment" + name: {**deployment()["Deployment"], "DependsOn": "Api"}}
    return {"Api": made, **served, **stage("Deployment" + name)}


def test_an_api_of_resources_answers_and_has_its_references(engine: Any, deployed: Deployment) -> None:
    resources = {**api("hello"), **deployment(), **stage()}
    api_id, same, root, child = deployed(resources, "Api", "Api.RestApiId", "Api.RootResourceId", "Greeting.ResourceId")
    assert same == api_id
    gateway = engine.client("apigateway")
    assert gateway.get_resource(restApiId=api_id, resourceId=root)["path"] == "/"
    assert gateway.get_resource(restApiId=api_id, resourceId=child)["path"] == "/greeting"
    assert call(engine, api_id) == (200, "hello")


def test_an_api_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    first = {"Description": "Old", "BinaryMediaTypes": ["image/png", "*/*"], "Tags": [{"Key": "old", "Value": "1"}]}
    [api_id] = deployed(api(**first, EndpointConfiguration={"Types": ["EDGE"]}), "Api")
    second = {"Name": "renamed", "BinaryMediaTypes": ["*/*", "a/b"], "Tags": [{"Key": "new", "Value": "2"}]}
    assert deployed(api(**second, EndpointConfiguration={"Types": ["REGIONAL"]}), "Api") == [api_id]
    found = engine.client("apigateway").get_rest_api(restApiId=api_id)
    assert (found["name"], found.get("description", "")) == ("renamed", "")
    assert found["binaryMediaTypes"] == ["*/*", "a/b"]
    assert found["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert ("old" in found["tags"], found["tags"]["new"]) == (False, "2")


def test_a_changed_document_is_put_over_the_same_api(engine: Any, deployed: Deployment) -> None:
    api_id, root = deployed(documented("first"), "Api", "Api.RootResourceId")
    assert engine.client("apigateway").get_rest_api(restApiId=api_id)["name"] == "documented"
    assert call(engine, api_id) == (200, "first")
    assert deployed(documented("second", "Second"), "Api", "Api.RootResourceId") == [api_id, root]
    assert call(engine, api_id) == (200, "second")


@pytest.mark.parametrize("written", [json.dumps, yaml.safe_dump], ids=["JSON", "YAML"])
def test_a_document_is_read_from_s3(engine: Any, deployed: Deployment, written: Callable[[Any], str]) -> None:
    bucket = deployed.stacks.name("documents")
    engine.client("s3").create_bucket(Bucket=bucket)
    engine.client("s3").put_object(Bucket=bucket, Key="api", Body=written(document("stored")).encode())
    location = {"BodyS3Location": {"Bucket": bucket, "Key": "api"}}
    resources = documented("")
    resources["Api"] = resource("RestApi", **location)
    [api_id] = deployed(resources, "Api")
    assert call(engine, api_id) == (200, "stored")


def test_a_role_that_may_not_read_the_document_makes_no_api(engine: Any, deployed: Deployment) -> None:
    bucket = deployed.stacks.name("documents")
    engine.client("s3").create_bucket(Bucket=bucket)
    engine.client("s3").put_object(Bucket=bucket, Key="api", Body=json.dumps(document("stored")).encode())
    made = resource("RestApi", BodyS3Location={"Bucket": bucket, "Key": "api"})
    reason = deployed.failing({"Api": made}, RoleARN=deployed.role("apigateway:*"))
    assert "is not authorized to perform: s3:GetObject" in reason


def test_an_api_whose_document_is_refused_is_removed(engine: Any, deployed: Deployment) -> None:
    title = deployed.stacks.name("half")
    role = deployed.role("apigateway:POST", "apigateway:DELETE")
    broken = {**document("x"), "info": {"title": title, "version": "1"}}
    reason = deployed.failing({"Api": resource("RestApi", Body=broken)}, RoleARN=role)
    assert "is not authorized to perform: apigateway:PUT" in reason
    assert title not in [found["name"] for found in engine.client("apigateway").get_rest_apis(limit=500)["items"]]


def test_an_api_without_a_name_is_refused(deployed: Deployment) -> None:
    assert "Name of AWS::ApiGateway::RestApi is required" in deployed.failing({"Api": resource("RestApi")})


def test_deleting_an_api_that_is_gone_succeeds(engine: Any, deployed: Deployment) -> None:
    [api_id] = deployed({"Api": resource("RestApi", Name="gone")}, "Api")
    engine.client("apigateway").delete_rest_api(restApiId=api_id)
    deployed.delete()


def test_a_policy_needs_an_action_of_its_own(deployed: Deployment) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    role = deployed.role("apigateway:POST", "apigateway:DELETE")
    reason = deployed.failing({"Api": resource("RestApi", Name="guarded", Policy=policy)}, RoleARN=role)
    assert "is not authorized to perform: apigateway:UpdateRestApiPolicy" in reason
