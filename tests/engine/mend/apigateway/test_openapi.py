"""What of an OpenAPI document is imported, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.apigateway.openapi import check
from slipway.engine.mend.apigateway.paths import request_parameters
from slipway.engine.mend.apigateway.refusal import NotExecuted

pytestmark = pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html")

FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:111122223333:function:f/invocations"
)


def operation(**integration: Any) -> dict[str, Any]:
    return {"paths": {"/x": {"post": {"x-amazon-apigateway-integration": integration}}}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(operation(type="aws"), "integration type AWS of POST /x is not executed here", id="mapped"),
        pytest.param(
            operation(type="aws_proxy", connectionType="VPC_LINK"),
            "connectionType VPC_LINK of POST /x is not executed here",
            id="vpc link",
        ),
        pytest.param(
            operation(type="aws_proxy", uri=FUNCTION, httpMethod="POST", credentials="arn:aws:iam::*:user/*"),
            "POST /x invokes its function with the caller's credentials, which is not executed here",
            id="caller's credentials",
        ),
        pytest.param(
            {"x-amazon-apigateway-importexport-version": "1.0"},
            "x-amazon-apigateway-importexport-version at the document's root is not executed here",
            id="unknown extension",
        ),
    ],
)
def test_what_is_not_executed_is_refused_with_its_place(document: dict[str, Any], message: str) -> None:
    with pytest.raises(NotExecuted, match=message):
        check(document)


def test_request_parameters_say_whether_they_are_required() -> None:
    parameters = [
        {"in": "query", "name": "q", "required": True},
        {"in": "header", "name": "h"},
        {"in": "path", "name": "p", "required": True},
        {"in": "body", "name": "b"},
    ]
    assert request_parameters(parameters) == {
        "method.request.querystring.q": True,
        "method.request.header.h": False,
        "method.request.path.p": True,
    }


MOCK = {
    "swagger": "2.0",
    "info": {"title": "mock"},
    "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": True, "validateRequestParameters": True}},
    "x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": {"responseParameters": {"header.X-From": "'gateway'"}}},
    "paths": {
        "/a/{id}": {
            "x-amazon-apigateway-any-method": {
                "x-amazon-apigateway-request-validator": "all",
                "parameters": [{"in": "query", "name": "q", "required": True}],
                "responses": {"200": {"description": "fine"}},
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {"default": {"statusCode": "200"}},
                },
            }
        }
    },
}


def test_an_imported_document_has_its_methods_validators_and_responses(engine: Any) -> None:
    client = engine.client("apigateway")
    api_id = client.import_rest_api(body=json.dumps(MOCK).encode())["id"]
    resources = {item["path"]: item for item in client.get_resources(restApiId=api_id)["items"]}
    assert set(resources) == {"/", "/a", "/a/{id}"}
    method = client.get_method(restApiId=api_id, resourceId=resources["/a/{id}"]["id"], httpMethod="ANY")
    assert method["requestParameters"] == {"method.request.querystring.q": True}
    assert method["methodIntegration"]["type"] == "MOCK"
    validators = client.get_request_validators(restApiId=api_id)["items"]
    assert [validator["id"] for validator in validators] == [method["requestValidatorId"]]
    answer = client.get_gateway_response(restApiId=api_id, responseType="DEFAULT_4XX")
    assert answer["responseParameters"] == {"gatewayresponse.header.X-From": "'gateway'"}


def test_a_document_overwrites_an_api_and_keeps_its_id(engine: Any) -> None:
    client = engine.client("apigateway")
    api_id = client.import_rest_api(body=json.dumps(MOCK).encode())["id"]
    moved = {**MOCK, "paths": {"/b": MOCK["paths"]["/a/{id}"]}}  # type: ignore[index]
    assert client.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(moved).encode())["id"] == api_id
    paths = {item["path"] for item in client.get_resources(restApiId=api_id)["items"]}
    assert paths == {"/", "/b"}


@pytest.mark.parametrize(
    ("mode", "body", "message"),
    [
        ("merge", b"{}", "PutRestApi with mode merge is not executed here"),
        ("overwrite", b"- a list", "Invalid OpenAPI input"),
        ("overwrite", b"{", "Invalid OpenAPI input"),
    ],
)
def test_what_cannot_be_put_is_refused(engine: Any, mode: str, body: bytes, message: str) -> None:
    client = engine.client("apigateway")
    api_id = client.import_rest_api(body=json.dumps(MOCK).encode())["id"]
    with pytest.raises(ClientError, match=message):
        client.put_rest_api(restApiId=api_id, mode=mode, body=body)
