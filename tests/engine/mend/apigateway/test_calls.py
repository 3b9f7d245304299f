"""Requests through an API: events, answers, authorizers, mocks, limits."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.engine.mend.account import ACCOUNT, function, journal, role
from tests.engine.mend.apigateway.apis import MadeApi, uri

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"
)

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
ANSWERS = """
import base64, time
ANSWERS = {
    "binary": {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(b"\\x89PNG").decode(),
               "headers": {"Content-Type": "image/png"}},
    "cookies": {"statusCode": 201, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": ""},
    "text": "just text",
    "object": {"statusCode": 200, "body": {"no": "string"}},
    "status": {"statusCode": "no number"},
}
def handler(event, context):
    name = event["pathParameters"]["name"]
    if name == "slow":
        time.sleep(3)
    return ANSWERS.get(name)
"""


@pytest.fixture(scope="module")
def echo(engine: Any) -> MadeApi:
    arn = function(engine, "api-echo", ECHO)
    api = MadeApi(engine, "echo", binaryMediaTypes=["image/png"])
    api.method(api.resource("{proxy+}", api.resource("items")), "ANY", arn)
    variable = api.resource("by-variable")
    api.client.put_method(**api.place(variable, "GET"), authorizationType="NONE")
    api.client.put_integration(
        **api.place(variable, "GET"),
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=uri(f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:${{stageVariables.function}}"),
    )
    api.let_in("api-echo")
    api.deploy(variables={"function": "api-echo"})
    return api


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"
    "#api-gateway-simple-proxy-for-lambda-input-format"
)
def test_the_event_has_every_member_of_the_guide(echo: MadeApi) -> None:
    status, event, _ = echo.call("/items/a/b?x=1&x=2&y=", "POST", b'{"k": 1}', Content_Type="application/json")
    assert status == 200
    assert set(event) == {
        *("resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters"),
        *("multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body"),
        "isBase64Encoded",
    }
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/items/{proxy+}", "/items/a/b", "POST")
    assert event["pathParameters"] == {"proxy": "a/b"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": [""]}
    assert event["queryStringParameters"] == {"x": "1", "y": ""}
    assert event["stageVariables"] == {"function": "api-echo"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"k": 1}', False)
    context = event["requestContext"]
    assert (context["apiId"], context["stage"], context["path"]) == (echo.id, "live", "/live/items/a/b")
    assert (context["resourcePath"], context["httpMethod"], context["accountId"]) == (
        "/items/{proxy+}",
        "POST",
        ACCOUNT,
    )
    assert context["domainName"] == f"{echo.id}.execute-api.us-east-1.amazonaws.com"
    assert {"requestId", "extendedRequestId", "requestTime", "requestTimeEpoch", "protocol", "resourceId"} <= set(
        context
    )
    identity = context["identity"]
    assert (identity["sourceIp"], identity["userArn"], identity["cognitoIdentityId"]) == ("127.0.0.1", None, None)


def test_a_request_without_a_query_or_a_body_has_nulls(echo: MadeApi) -> None:
    _, event, _ = echo.call("/items/a")
    assert (event["queryStringParameters"], event["multiValueQueryStringParameters"], event["body"]) == (None,) * 3


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html"
)
def test_a_stage_variable_names_the_function(echo: MadeApi) -> None:
    status, event, _ = echo.call("/by-variable")
    assert (status, event["resource"]) == (200, "/by-variable")


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html"
)
def test_a_binary_body_reaches_the_function_in_base64(echo: MadeApi) -> None:
    _, event, _ = echo.call("/items/a", "PUT", b"\x89PNG", Content_Type="image/png")
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\x89PNG", True)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/limits.html")
def test_a_body_above_ten_megabytes_is_a_413(echo: MadeApi) -> None:
    status, body, _ = echo.call("/items/a", "POST", b"x" * (10 * 1024 * 1024 + 1))
    assert (status, body["message"]) == (413, "HTTP content length exceeded 10485760 bytes.")


def test_a_stage_that_is_not_there_is_a_403(echo: MadeApi) -> None:
    assert echo.call("/items/a", stage="gone")[:2] == (403, {"message": "Forbidden"})


@pytest.fixture(scope="module")
def answers(engine: Any) -> MadeApi:
    arn = function(engine, "api-answers", ANSWERS, Timeout=10)
    api = MadeApi(engine, "answers", binaryMediaTypes=["image/png"])
    named = api.resource("{name}")
    api.method(named, "GET", arn)
    operations = [{"op": "replace", "path": "/timeoutInMillis", "value": "1000"}]
    api.client.update_integration(**api.place(named, "GET"), patchOperations=operations)
    api.let_in("api-answers")
    api.deploy()
    return api


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html"
)
@pytest.mark.parametrize("name", ["text", "object", "status", "nothing"])
def test_an_answer_that_is_no_proxy_response_is_a_502(answers: MadeApi, name: str) -> None:
    status, body, headers = answers.call(f"/{name}")
    assert (status, body) == (502, {"message": "Internal server error"})
    assert headers["x-amzn-ErrorType"] == "InternalServerErrorException"


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html")
def test_a_function_that_takes_too_long_is_a_504(answers: MadeApi) -> None:
    assert answers.call("/slow")[:2] == (504, {"message": "Endpoint request timed out"})


def test_a_binary_answer_is_decoded_for_who_accepts_it(answers: MadeApi) -> None:
    _, body, headers = answers.call("/binary", Accept="image/png")
    assert (body, headers["Content-Type"]) == ("\x89PNG", "image/png")
    assert answers.call("/binary")[1] == base64.b64encode(b"\x89PNG").decode()


def test_a_header_can_come_twice(answers: MadeApi) -> None:
    status, _, headers = answers.call("/cookies")
    assert (status, headers.get_all("Set-Cookie")) == (201, ["a=1", "b=2"])


AUTHORIZER = """
def handler(event, context):
    token = event.get("authorizationToken") or (event.get("headers") or {}).get("X-Token")
    if token == "unauthorized":
        raise Exception("Unauthorized")
    if token == "broken":
        raise ValueError("broken")
    if token == "nonsense":
        return {"principalId": "p"}
    effect = "Allow" if token.startswith("allow") else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": token, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "context": {"type": event["type"], "number": 1}}
"""


def authorized(engine: Any, name: str, kind: str, source: str, **more: Any) -> MadeApi:
    """An API behind an authorizer of its own, whose function lets it in."""
    backend = function(engine, f"{name}-backend", ECHO)
    arn = function(engine, f"{name}-authorizer", AUTHORIZER)
    api = MadeApi(engine, name)
    made = api.client.create_authorizer(
        restApiId=api.id, name="a", type=kind, authorizerUri=uri(arn), identitySource=source, **more
    )
    api.method(api.root, "GET", backend, authorizationType="CUSTOM", authorizerId=made["id"])
    api.let_in(f"{name}-backend")
    api.deploy()
    return api


@pytest.fixture(scope="module")
def token(engine: Any) -> MadeApi:
    source = "method.request.header.Authorization"
    api = authorized(engine, "token", "TOKEN", source, identityValidationExpression="[a-z-]+")
    status, _, headers = api.call("/", Authorization="allow-me")
    assert (status, headers["x-amzn-ErrorType"]) == (500, "AuthorizerConfigurationException")  # not let in yet
    api.let_in("token-authorizer", "authorizers/*")
    return api


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html"
)
@pytest.mark.parametrize(
    ("authorization", "status", "answer"),
    [
        ("deny-me", 403, {"Message": "User is not authorized to access this resource with an explicit deny"}),
        ("unauthorized", 401, {"message": "Unauthorized"}),
        ("UPPER", 401, {"message": "Unauthorized"}),
        ("broken", 500, {"message": None}),
        ("nonsense", 500, {"message": "Internal server error"}),
    ],
)
def test_an_authorizer_that_does_not_allow_answers_for_the_api(
    token: MadeApi, authorization: str, status: int, answer: dict[str, Any]
) -> None:
    got, body, _ = token.call("/", Authorization=authorization)
    assert got == status
    for name, text in answer.items():
        assert str(body[name]).startswith(str(text))


def test_a_request_without_its_identity_source_is_a_401(token: MadeApi) -> None:
    assert token.call("/")[:2] == (401, {"message": "Unauthorized"})


def test_what_the_authorizer_says_reaches_the_function(token: MadeApi) -> None:
    status, event, _ = token.call("/", Authorization="allow-me")
    assert status == 200
    authorizer = event["requestContext"]["authorizer"]
    assert (authorizer["principalId"], authorizer["type"], authorizer["number"]) == ("allow-me", "TOKEN", "1")


def test_an_authorizers_function_is_called_by_api_gateway(engine: Any, token: MadeApi) -> None:
    token.call("/", Authorization="allow-journal")
    calls = [
        call for call in journal(engine) if call["service"] == "lambda" and call["caller"] == "apigateway.amazonaws.com"
    ]
    resources = [check["resource"] for call in calls for check in call["checks"]]
    assert any(resource.endswith("function:token-authorizer") for resource in resources)


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html"
)
def test_a_request_authorizer_sees_the_request_under_its_own_role(engine: Any) -> None:
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    who = role(engine, "authorizer-caller", "apigateway.amazonaws.com", [allowed])
    api = authorized(engine, "request", "REQUEST", "method.request.header.X-Token", authorizerCredentials=who)
    status, event, _ = api.call("/", X_Token="allow-me")
    assert (status, event["requestContext"]["authorizer"]["type"]) == (200, "REQUEST")


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html")
def test_an_authorizer_that_was_not_deployed_is_not_asked(engine: Any, token: MadeApi) -> None:
    (there,) = token.client.get_authorizers(restApiId=token.id)["items"]
    operations = [{"op": "replace", "path": "/identityValidationExpression", "value": "[0-9]+"}]
    token.client.update_authorizer(restApiId=token.id, authorizerId=there["id"], patchOperations=operations)
    assert token.call("/", Authorization="allow-still")[0] == 200


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html")
def test_a_mock_answers_with_its_fixed_headers_and_body(engine: Any) -> None:
    api = MadeApi(engine, "mocked")
    headers = {"method.response.header.Access-Control-Allow-Origin": "'https://example.com'"}
    api.mock(api.root, "OPTIONS", "204", responseParameters=headers)
    api.mock(api.root, "GET", "418", responseTemplates={"application/json": '{"tea": true}'})
    silent = api.place(api.resource("silent"), "GET")
    api.client.put_method(**silent, authorizationType="NONE")
    api.client.put_integration(**silent, type="MOCK")
    api.deploy()
    status, _, answered = api.call("/", "OPTIONS")
    assert (status, answered["Access-Control-Allow-Origin"]) == (204, "https://example.com")
    assert api.call("/")[:2] == (418, {"tea": True})
    assert api.call("/silent")[:2] == (500, {"message": "Internal server error"})


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html"
)
def test_missing_parameters_are_named(engine: Any) -> None:
    api = MadeApi(engine, "validated")
    validator = api.client.create_request_validator(restApiId=api.id, name="p", validateRequestParameters=True)["id"]
    parameters = {"method.request.querystring.q": True, "method.request.header.X-H": True}
    arn = function(api.engine, "api-validated", ECHO)
    api.method(api.root, "GET", arn, requestValidatorId=validator, requestParameters=parameters)
    api.let_in("api-validated")
    api.deploy()
    status, body, _ = api.call("/")
    assert (status, body) == (400, {"message": "Missing required request parameters: [q, X-H]"})
    assert api.call("/?q=1", X_H="h")[0] == 200


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html")
def test_a_quota_ends_and_a_disabled_key_is_none(engine: Any) -> None:
    api = MadeApi(engine, "metered")
    arn = function(engine, "api-metered", ECHO)
    api.method(api.root, "GET", arn, apiKeyRequired=True)
    api.let_in("api-metered")
    api.deploy()
    key = api.client.create_api_key(name="k", enabled=True)
    plan = api.client.create_usage_plan(
        name="q", apiStages=[{"apiId": api.id, "stage": "live"}], quota={"limit": 2, "period": "DAY"}
    )["id"]
    api.client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    answers = [api.call("/", x_api_key=key["value"]) for _ in range(3)]
    assert [answer[0] for answer in answers] == [200, 200, 429]
    assert answers[0][1]["requestContext"]["identity"]["apiKeyId"] == key["id"]
    assert answers[2][1] == {"message": "Limit Exceeded"}
    disabled = [{"op": "replace", "path": "/enabled", "value": "false"}]
    api.client.update_api_key(apiKey=key["id"], patchOperations=disabled)
    assert api.call("/", x_api_key=key["value"])[:2] == (403, {"message": "Forbidden"})


def test_a_document_keeps_what_it_refers_to(engine: Any) -> None:
    arn = function(engine, "api-documented", ECHO)
    document = {
        "openapi": "3.0.1",
        "info": {"title": "documented"},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
        "x-amazon-apigateway-request-validator": "all",
        "paths": {
            "/things": {
                "parameters": [{"$ref": "#/components/parameters/Page"}],
                "post": {
                    "requestBody": {"$ref": "#/components/requestBodies/Thing"},
                    "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri(arn)},
                },
            }
        },
        "components": {
            "parameters": {"Page": {"in": "query", "name": "page", "required": True, "schema": {"type": "string"}}},
            "requestBodies": {
                "Thing": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
            },
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["part"],
                    "properties": {"part": {"$ref": "#/components/schemas/Part"}},
                },
                "Part": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 1}}},
            },
        },
    }
    api = MadeApi(engine, "documented")
    api.client.put_rest_api(restApiId=api.id, mode="overwrite", body=json.dumps(document).encode())
    api.let_in("api-documented")
    api.deploy()
    invalid = json.dumps({"part": {"n": 0}}).encode()
    valid = json.dumps({"part": {"n": 1}}).encode()
    json_type = {"Content_Type": "application/json"}
    assert api.call("/things", "POST", valid, **json_type)[1] == {
        "message": "Missing required request parameters: [page]"
    }
    assert api.call("/things?page=1", "POST", invalid, **json_type)[:2] == (400, {"message": "Invalid request body"})
    assert api.call("/things?page=1", "POST", valid, **json_type)[0] == 200


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html"
)
@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ({"type": "oauth2"}, "the security scheme s of GET /x is not executed here"),
        (
            {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["arn"]},
            },
            "authorizers of type COGNITO_USER_POOLS are not executed here",
        ),
    ],
)
def test_a_document_whose_security_is_not_executed_is_refused(
    engine: Any, scheme: dict[str, Any], message: str
) -> None:
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": uri("arn:aws:lambda:us-east-1:111122223333:function:f"),
    }
    operation = {"security": [{"s": []}], "x-amazon-apigateway-integration": integration}
    document = {
        "swagger": "2.0",
        "info": {"title": "open"},
        "securityDefinitions": {"s": scheme},
        "paths": {"/x": {"get": operation}},
    }
    client = engine.client("apigateway")
    with pytest.raises(client.exceptions.BadRequestException, match=message):
        client.import_rest_api(body=json.dumps(document).encode())


@pytest.mark.specification(
    "docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-apifunctionauth.html"
)
def test_an_operation_that_wants_the_authorizer_none_is_open_though_the_document_has_one(engine: Any) -> None:
    iam = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
    integration = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    document = {
        "swagger": "2.0",
        "info": {"title": "open"},
        "securityDefinitions": {"AWS_IAM": iam},
        "security": [{"AWS_IAM": []}],
        "paths": {
            "/x": {
                "get": {"security": [{"NONE": []}], "x-amazon-apigateway-integration": integration},
                "put": {"x-amazon-apigateway-integration": integration},
            }
        },
    }
    client = engine.client("apigateway")
    api = client.import_rest_api(body=json.dumps(document).encode())["id"]
    [resource] = [item["id"] for item in client.get_resources(restApiId=api)["items"] if item["path"] == "/x"]
    made = {
        verb: client.get_method(restApiId=api, resourceId=resource, httpMethod=verb)["authorizationType"]
        for verb in ("GET", "PUT")
    }
    assert made == {"GET": "NONE", "PUT": "AWS_IAM"}


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html"
)
@pytest.mark.parametrize(
    ("content_type", "models", "status"),
    [
        ("application/json", {"application/json": "Thing"}, 400),
        ("application/json; charset=utf-8", {"application/json": "Thing"}, 400),
        ("", {"application/json": "Thing"}, 400),
        ("text/plain", {"application/json": "Thing"}, 200),
        ("text/plain", {"$default": "Thing"}, 400),
    ],
)
def test_a_body_is_held_against_the_model_of_its_content_type(
    engine: Any, content_type: str, models: dict[str, str], status: int
) -> None:
    client = engine.client("lambda")
    names = {each["FunctionName"] for each in client.list_functions()["Functions"]}
    if "api-typed" not in names:
        function(engine, "api-typed", ECHO)
    api = MadeApi(engine, "typed")
    schema = json.dumps({"type": "object", "required": ["a"]})
    api.client.create_model(restApiId=api.id, name="Thing", contentType="application/json", schema=schema)
    validator = api.client.create_request_validator(restApiId=api.id, name="b", validateRequestBody=True)["id"]
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:api-typed"
    api.method(api.root, "POST", arn, requestValidatorId=validator, requestModels=models)
    api.let_in("api-typed")
    api.deploy()
    headers = {"Content_Type": content_type} if content_type else {}
    assert api.call("/", "POST", b"{}", **headers)[0] == status
