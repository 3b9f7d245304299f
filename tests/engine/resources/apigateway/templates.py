"""Parts of REST APIs that answer by themselves."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

Resources = dict[str, Any]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::ApiGateway::{kind}", "Properties": properties}


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def mock(text: str) -> dict[str, Any]:
    """An integration that answers 200 with a text."""
    return {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
        "IntegrationResponses": [{"StatusCode": "200", "ResponseTemplates": {"application/json": json.dumps(text)}}],
    }


def api(text: str = "hello", **properties: Any) -> Resources:
    """An API with one method, `GET /greeting`."""
    return {
        "Api": resource("RestApi", **{"Name": "greetings", **properties}),
        "Greeting": resource(
            "Resource", RestApiId=ref("Api"), ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]}, PathPart="greeting"
        ),
        "Get": method(Integration=mock(text)),
    }


def method(**properties: Any) -> dict[str, Any]:
    given = {"AuthorizationType": "NONE", "MethodResponses": [{"StatusCode": 200}], **properties}
    return resource("Method", RestApiId=ref("Api"), ResourceId=ref("Greeting"), HttpMethod="GET", **given)


def deployment(name: str = "Deployment", **properties: Any) -> Resources:
    return {name: resource("Deployment", RestApiId=ref("Api"), **properties) | {"DependsOn": "Get"}}


def stage(deployed: str = "Deployment", **properties: Any) -> Resources:
    return {"Live": resource("Stage", RestApiId=ref("Api"), DeploymentId=ref(deployed), StageName="live", **properties)}


def document(text: str) -> dict[str, Any]:
    """The same API as an OpenAPI document."""
    integration = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": json.dumps(text)}}},
    }
    get = {"responses": {"200": {"description": "A greeting"}}, "x-amazon-apigateway-integration": integration}
    return {"openapi": "3.0.1", "info": {"title": "documented", "version": "1"}, "paths": {"/greeting": {"get": get}}}


def call(engine: Any, api_id: str, stage_name: str = "live", **headers: str) -> tuple[int, Any]:
    """The status and body of `GET /greeting`."""
    url = f"{engine.url}/_aws/execute-api/{api_id}/{stage_name}/greeting"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - a loopback address
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
