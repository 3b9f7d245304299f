"""Methods, models, validators and gateway responses through stacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.resources.apigateway.templates import api, call, deployment, method, mock, ref, resource, stage
from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html"
)
SCHEMA = {"type": "object", "required": ["name"]}


def stored(engine: Any, api_id: str, resource_id: str) -> dict[str, Any]:
    found: dict[str, Any] = engine.client("apigateway").get_method(
        restApiId=api_id, resourceId=resource_id, httpMethod="GET"
    )
    return found


def test_a_method_is_made_anew_in_its_place(engine: Any, deployed: Deployment) -> None:
    parameters = {"method.request.querystring.name": "true"}
    first = {**api(), "Get": method(Integration=mock("first"), RequestParameters=parameters, OperationName="greet")}
    api_id, resource_id = deployed(first, "Api", "Greeting")
    found = stored(engine, api_id, resource_id)
    assert (found["requestParameters"], found["operationName"]) == ({"method.request.querystring.name": True}, "greet")
    second = {**api(), "Get": method(Integration=mock("second"), ApiKeyRequired=True)}
    assert deployed(second, "Api", "Greeting") == [api_id, resource_id]
    found = stored(engine, api_id, resource_id)
    assert (found["requestParameters"], found["apiKeyRequired"]) == ({}, True)
    responses = found["methodIntegration"]["integrationResponses"]
    assert responses["200"]["responseTemplates"] == {"application/json": '"second"'}


def test_a_method_with_a_model_that_is_not_there_fails(deployed: Deployment) -> None:
    reason = deployed.failing({**api(), "Get": method(RequestModels={"application/json": "Missing"})})
    assert "Invalid model identifier specified: Missing" in reason


def test_a_method_whose_authorizer_is_not_there_fails(deployed: Deployment) -> None:
    reason = deployed.failing({**api(), "Get": method(AuthorizationType="CUSTOM", AuthorizerId="missing")})
    assert "Invalid authorizer ID specified" in reason


def test_a_role_that_may_not_put_makes_no_method(deployed: Deployment) -> None:
    reason = deployed.failing(api(), RoleARN=deployed.role("apigateway:POST", "apigateway:DELETE"))
    assert "is not authorized to perform: apigateway:PUT" in reason


def test_a_model_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    def resources(**properties: Any) -> dict[str, Any]:
        return {**api(), "Model": resource("Model", RestApiId=ref("Api"), ContentType="application/json", **properties)}

    api_id, name = deployed(resources(Schema=SCHEMA, Description="Old"), "Api", "Model")
    assert name.isalnum()
    gateway = engine.client("apigateway")
    assert json.loads(gateway.get_model(restApiId=api_id, modelName=name)["schema"]) == SCHEMA
    assert deployed(resources(Schema={"type": "array"}), "Api", "Model") == [api_id, name]
    found = gateway.get_model(restApiId=api_id, modelName=name)
    assert (json.loads(found["schema"]), found["description"]) == ({"type": "array"}, "")


def test_two_models_of_one_name_do_not_fit_in_one_api(deployed: Deployment) -> None:
    model = resource("Model", RestApiId=ref("Api"), Name="Same", Schema=SCHEMA)
    reason = deployed.failing({**api(), "One": model, "Two": {**model, "DependsOn": "One"}})
    assert "Model name already exists for this REST API" in reason


def test_a_validator_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    def resources(**properties: Any) -> dict[str, Any]:
        return {**api(), "Validator": resource("RequestValidator", RestApiId=ref("Api"), Name="all", **properties)}

    api_id, identifier, same = deployed(
        resources(ValidateRequestBody=True), "Api", "Validator", "Validator.RequestValidatorId"
    )
    assert same == identifier
    assert deployed(resources(ValidateRequestParameters="true"), "Validator") == [identifier]
    found = engine.client("apigateway").get_request_validator(restApiId=api_id, requestValidatorId=identifier)
    assert (found["validateRequestBody"], found["validateRequestParameters"]) == (False, True)


def test_a_gateway_response_is_served_changed_and_removed(engine: Any, deployed: Deployment) -> None:
    def resources(number: int, **properties: Any) -> dict[str, Any]:
        shared = {"RestApiId": ref("Api"), "ResponseType": "INVALID_API_KEY", **properties}
        answer = {"Answer": resource("GatewayResponse", **shared)} if properties else {}
        named = f"Deployment{number}"
        served = deployment(named)
        served[named]["DependsOn"] = ["Get", *answer]
        keyed = method(Integration=mock("x"), ApiKeyRequired=True)
        return {**api(), "Get": keyed, **answer, **served, **stage(named)}

    api_id, reference, identifier = deployed(resources(1, StatusCode="418"), "Api", "Answer", "Answer.Id")
    assert reference == identifier
    assert call(engine, api_id)[0] == 418
    deployed(resources(2, StatusCode="401", ResponseTemplates={"application/json": '"no"'}))
    assert call(engine, api_id) == (401, "no")
    deployed(resources(3))
    assert call(engine, api_id)[0] == 401  # it was deployed before the answer was cleaned up
    deployed(resources(4))
    assert call(engine, api_id)[0] == 403
