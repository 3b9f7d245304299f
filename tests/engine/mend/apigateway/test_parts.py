"""What an API is made of: what each operation refuses, and with which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import role
from tests.engine.mend.apigateway.apis import MadeApi, uri

pytestmark = pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html")

FUNCTION = uri("arn:aws:lambda:us-east-1:111122223333:function:f")
PROXY = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": FUNCTION}


@pytest.fixture(scope="module")
def api(engine: Any) -> MadeApi:
    return MadeApi(engine, "parts")


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"endpointConfiguration": {"types": ["PRIVATE"]}}, "a PRIVATE REST API is not executed here"),
        ({"apiKeySource": "AUTHORIZER"}, "apiKeySource AUTHORIZER of a REST API is not executed here"),
        ({"disableExecuteApiEndpoint": True}, "disableExecuteApiEndpoint of a REST API is not executed here"),
        ({"cloneFrom": "other"}, "cloneFrom other of a REST API is not executed here"),
    ],
)
def test_an_api_that_would_be_another_here_is_refused(engine: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        engine.client("apigateway").create_rest_api(name="other", **settings)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/patch-operations.html")
def test_an_api_is_updated_entry_by_entry(engine: Any) -> None:
    api = MadeApi(engine, "patched", endpointConfiguration={"types": ["EDGE"]})
    operations = [
        {"op": "add", "path": "/binaryMediaTypes/image~1png"},
        {"op": "add", "path": "/binaryMediaTypes/image~1*"},
        {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
        {"op": "replace", "path": "/endpointConfiguration/types/EDGE", "value": "REGIONAL"},
    ]
    updated = api.client.update_rest_api(restApiId=api.id, patchOperations=operations)
    assert updated["binaryMediaTypes"] == ["image/*"]
    assert updated["endpointConfiguration"]["types"] == ["REGIONAL"]
    refused = [{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}]
    with pytest.raises(ClientError, match="disableExecuteApiEndpoint of a REST API is not executed here"):
        api.client.update_rest_api(restApiId=api.id, patchOperations=refused)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html")
def test_a_path_has_one_variable_at_a_place_and_nothing_below_a_greedy_one(engine: Any) -> None:
    api = MadeApi(engine, "resources")
    api.resource("{id}")
    with pytest.raises(ClientError, match=r"A sibling \(\{id\}\) of this resource already has a variable path part"):
        api.resource("{name}")
    greedy = api.resource("{proxy+}", api.resource("below"))
    with pytest.raises(ClientError, match="Cannot create a child of a resource with a greedy path variable"):
        api.resource("more", greedy)
    with pytest.raises(ClientError, match="Resource's path part only allow"):
        api.resource("a/b")


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html")
@pytest.mark.parametrize(
    ("method", "message"),
    [
        ({"authorizationType": "COGNITO_USER_POOLS"}, "authorizationType COGNITO_USER_POOLS is not executed here"),
        ({"authorizationType": "CUSTOM", "authorizerId": "missing"}, "Invalid authorizer ID specified"),
        ({"requestValidatorId": "missing"}, "Invalid Request Validator identifier specified"),
        ({"requestModels": {"application/json": "Missing"}}, "Invalid model identifier specified: Missing"),
        ({"requestParameters": {"querystring.q": True}}, "Invalid mapping expression specified: querystring.q"),
        ({"httpMethod": "FETCH"}, "Invalid HTTP method FETCH"),
    ],
)
def test_a_method_that_names_what_is_not_there_is_refused(api: MadeApi, method: dict[str, Any], message: str) -> None:
    wanted = {**api.place(api.root, "GET"), "authorizationType": "NONE", **method}
    with pytest.raises(ClientError, match=message):
        api.client.put_method(**wanted)


@pytest.mark.parametrize(
    ("integration", "message"),
    [
        ({"type": "HTTP_PROXY", "uri": "http://x"}, "integration type HTTP_PROXY of GET /i is not executed here"),
        ({"type": "AWS", "uri": FUNCTION}, "integration type AWS of GET /i is not executed here"),
        ({**PROXY, "uri": "http://x"}, "Invalid ARN specified in the request"),
        (
            {**PROXY, "uri": "arn:aws:apigateway:us-east-1:sqs:path/111122223333/q"},
            "currently only supports Lambda function",
        ),
        ({**PROXY, "integrationHttpMethod": "GET"}, "GET /i would call its function with GET: Lambda takes POST"),
        ({**PROXY, "timeoutInMillis": 29001}, "Timeout should be between 50 ms and 29000 ms"),
        ({**PROXY, "contentHandling": "CONVERT_TO_TEXT"}, "contentHandling of the integration of GET /i"),
        (
            {**PROXY, "requestParameters": {"integration.request.header.a": "'b'"}},
            "requestParameters of the integration of GET /i is not executed here",
        ),
        (
            {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": $input.params("s")}'}},
            "the mapping template for application/json of GET /i is not executed here",
        ),
    ],
)
def test_an_integration_that_is_not_executed_is_refused(
    api: MadeApi, integration: dict[str, Any], message: str
) -> None:
    items = {item["path"]: item["id"] for item in api.client.get_resources(restApiId=api.id)["items"]}
    place = api.place(items.get("/i") or api.resource("i"), "GET")
    if "/i" not in items:
        api.client.put_method(**place, authorizationType="NONE")
    with pytest.raises(ClientError, match=message):
        api.client.put_integration(**place, **integration)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_UpdateIntegration.html")
def test_an_update_cannot_make_what_could_not_be_put(engine: Any) -> None:
    api = MadeApi(engine, "updated-integration")
    api.method(api.root, "GET", "arn:aws:lambda:us-east-1:111122223333:function:f")
    operations = [{"op": "replace", "path": "/timeoutInMillis", "value": "10"}]
    with pytest.raises(ClientError, match="Timeout should be between 50 ms and 29000 ms"):
        api.client.update_integration(**api.place(api.root, "GET"), patchOperations=operations)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_PutIntegrationResponse.html")
@pytest.mark.parametrize(
    ("response", "message"),
    [
        ({"statusCode": "404"}, "No method response exists for method"),
        (
            {"statusCode": "200", "responseParameters": {"method.response.header.B": "'b'"}},
            "Invalid mapping expression parameter specified: method.response.header.B",
        ),
        (
            {"statusCode": "200", "responseParameters": {"method.response.header.A": "integration.response.header.A"}},
            "integration.response.header.A, from which GET / takes method.response.header.A, is not executed here",
        ),
        (
            {"statusCode": "200", "responseTemplates": {"application/json": "$input.body"}},
            "the mapping template for application/json of GET / is not executed here",
        ),
    ],
)
def test_an_integration_answers_by_a_method_response(engine: Any, response: dict[str, Any], message: str) -> None:
    api = MadeApi(engine, "responses")
    place = api.place(api.root, "GET")
    api.client.put_method(**place, authorizationType="NONE")
    api.client.put_method_response(**place, statusCode="200", responseParameters={"method.response.header.A": False})
    api.client.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    with pytest.raises(ClientError, match=message):
        api.client.put_integration_response(**place, **response)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html")
@pytest.mark.parametrize(
    ("authorizer", "message"),
    [
        ({"type": "COGNITO_USER_POOLS"}, "authorizers of type COGNITO_USER_POOLS are not executed here"),
        ({"authorizerUri": "arn:aws:lambda:us-east-1:1:function:f"}, "Invalid Authorizer URI"),
        ({"identitySource": "header.Authorization"}, "Invalid identity source: header.Authorization"),
        ({"identitySource": "method.request.querystring.q"}, "identity source is one request header"),
        ({"authorizerResultTtlInSeconds": 4000}, "Authorizer result TTL must be from 0 to 3600 seconds"),
        ({"identityValidationExpression": "("}, "Invalid identity validation expression"),
        ({"type": "REQUEST", "identitySource": ""}, "needs an identity source while its results are cached"),
    ],
)
def test_an_authorizer_that_is_not_valid_is_refused(api: MadeApi, authorizer: dict[str, Any], message: str) -> None:
    valid = {
        "name": "a",
        "type": "TOKEN",
        "authorizerUri": FUNCTION,
        "identitySource": "method.request.header.Authorization",
    }
    with pytest.raises(ClientError, match=message):
        api.client.create_authorizer(restApiId=api.id, **{**valid, **authorizer})


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html")
def test_an_api_is_deployed_when_every_method_has_an_integration(engine: Any) -> None:
    api = MadeApi(engine, "undeployable")
    with pytest.raises(ClientError, match="The REST API doesn't contain any methods"):
        api.deploy()
    api.client.put_method(**api.place(api.root, "GET"), authorizationType="NONE")
    with pytest.raises(ClientError, match="No integration defined for method"):
        api.deploy()


@pytest.fixture(scope="module")
def staged(engine: Any) -> MadeApi:
    api = MadeApi(engine, "staged")
    api.mock(api.root)
    api.deploy()
    return api


def patching(path: str, value: str) -> Callable[[MadeApi], Any]:
    operations = [{"op": "replace", "path": path, "value": value}]
    return lambda api: api.client.update_stage(restApiId=api.id, stageName="live", patchOperations=operations)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda api: api.deploy("a b"), "Stage name only allows a-zA-Z0-9_-"),
        (lambda api: api.deploy(variables={"a": "b c"}), "Stage variable a is not valid"),
        (
            lambda api: api.client.create_stage(restApiId=api.id, stageName="x", deploymentId="missing"),
            "Invalid deployment identifier specified",
        ),
        (patching("/clientCertificateId", "c"), "clientCertificateId of a stage is not executed here"),
        (patching("/~1/GET/logging/loglevel", "INFO"), "logging/loglevel of a stage's methods is not executed here"),
        (patching("/variables/a", "b c"), "Stage variable a is not valid"),
        (patching("/deploymentId", "missing"), "Invalid deployment identifier specified"),
    ],
)
def test_a_stage_that_is_not_executed_is_refused(
    staged: MadeApi, change: Callable[[MadeApi], Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        change(staged)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_DeleteDeployment.html")
def test_a_deployment_that_is_served_is_not_deleted_and_a_stage_is_made_once(staged: MadeApi) -> None:
    client, place = staged.client, {"restApiId": staged.id}
    deployment = client.get_stage(**place, stageName="live")["deploymentId"]
    with pytest.raises(ClientError, match="Active stages pointing to this deployment must be moved or deleted"):
        client.delete_deployment(**place, deploymentId=deployment)
    with pytest.raises(ClientError, match=r"ConflictException.*Stage already exists"):
        client.create_stage(**place, stageName="live", deploymentId=deployment)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html")
def test_an_access_log_needs_a_role_that_trusts_and_a_request_id(engine: Any, staged: MadeApi) -> None:
    other = role(engine, "not-for-api-gateway", "ec2.amazonaws.com")
    account = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": other}]
    with pytest.raises(ClientError, match="The role ARN does not have required permissions configured"):
        staged.client.update_account(patchOperations=account)
    account[0]["value"] = role(engine, "for-api-gateway", "apigateway.amazonaws.com")
    staged.client.update_account(patchOperations=account)
    with pytest.raises(ClientError, match=r"Invalid log format: a single line is expected, with at least"):
        patching("/accessLogSettings/format", "$context.status")(staged)
    with pytest.raises(ClientError, match=r"access logs to arn:aws:firehose:.* are not executed here"):
        patching("/accessLogSettings/destinationArn", "arn:aws:firehose:us-east-1:1:deliverystream/d")(staged)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_CreateUsagePlan.html")
def test_a_usage_plan_names_stages_and_keys_that_are_there(staged: MadeApi) -> None:
    client = staged.client
    with pytest.raises(ClientError, match=f"API Stage not found: {staged.id}:gone"):
        client.create_usage_plan(name="p", apiStages=[{"apiId": staged.id, "stage": "gone"}])
    plan = client.create_usage_plan(name="p", apiStages=[{"apiId": staged.id, "stage": "live"}])["id"]
    with pytest.raises(ClientError, match="Invalid API Key identifier specified"):
        client.create_usage_plan_key(usagePlanId=plan, keyId="gone", keyType="API_KEY")
    with pytest.raises(ClientError, match="because it has associated API stages"):
        client.delete_usage_plan(usagePlanId=plan)
    with pytest.raises(ClientError, match="API Stage not found"):
        operations = [{"op": "add", "path": "/apiStages", "value": f"{staged.id}:gone"}]
        client.update_usage_plan(usagePlanId=plan, patchOperations=operations)
    operations = [
        {"op": "remove", "path": "/apiStages", "value": f"{staged.id}:live"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "2.5"},
        {"op": "replace", "path": "/throttle/burstLimit", "value": "5"},
    ]
    updated = client.update_usage_plan(usagePlanId=plan, patchOperations=operations)
    assert (updated.get("apiStages"), updated["throttle"]) == ([], {"rateLimit": 2.5, "burstLimit": 5})
    client.delete_usage_plan(usagePlanId=plan)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-http-api.html")
def test_http_apis_are_refused_by_name(engine: Any) -> None:
    with pytest.raises(ClientError, match="The local engine has no service apigatewayv2") as refused:
        engine.client("apigatewayv2").create_api(Name="http", ProtocolType="HTTP")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_documents_leave_nothing_behind_when_they_are_refused(engine: Any) -> None:
    client = engine.client("apigateway")
    before = {api["id"] for api in client.get_rest_apis(limit=500)["items"]}
    operation = {
        "x-amazon-apigateway-request-validator": "missing",
        "x-amazon-apigateway-integration": {"type": "mock"},
    }
    document = {"swagger": "2.0", "info": {"title": "t"}, "paths": {"/x": {"get": operation}}}
    with pytest.raises(ClientError, match="The request validator missing of GET /x is not defined in the document"):
        client.import_rest_api(body=json.dumps(document).encode())
    assert {api["id"] for api in client.get_rest_apis(limit=500)["items"]} == before
