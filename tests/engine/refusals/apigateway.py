"""API Gateway: docs.aws.amazon.com/apigateway/latest/api."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.engine.refusals.attempt import FUNCTION, NAME, Attempt, World, operation

SERVICE = "apigateway"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


def on_an_api(item: str, says: str, act: Callable[[Any, str, str], Any]) -> Attempt:
    """`act` is given the client, an API with a method of its root, and that root."""

    def attempt(world: World) -> str:
        client = world.client(SERVICE)
        api = client.create_rest_api(name=NAME)["id"]
        root = client.get_resources(restApiId=api)["items"][0]["id"]
        client.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
        try:
            act(client, api, root)
        except ClientError as error:
            return str(error)
        finally:
            client.delete_rest_api(restApiId=api)
        return ""

    return Attempt(item, says, attempt)


def integration(item: str, says: str, **members: Any) -> Attempt:
    given = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": URI, **members}
    return on_an_api(
        item, says, lambda c, api, root: c.put_integration(restApiId=api, resourceId=root, httpMethod="GET", **given)
    )


def made(item: str, says: str, **members: Any) -> Attempt:
    return on_an_api(item, says, lambda c, _api, _root: c.create_rest_api(name=NAME, **members))


def document(item: str, says: str, method: dict[str, Any], **members: Any) -> Attempt:
    body = {"swagger": "2.0", "info": {"title": NAME, "version": "1"}, "paths": {"/": {"get": method}}, **members}
    return on_an_api(item, says, lambda c, _api, _root: c.import_rest_api(body=json.dumps(body)))


def stage(item: str, says: str, *patches: tuple[str, str]) -> Attempt:
    """A deployed stage that is changed."""

    def act(client: Any, api: str, root: str) -> None:
        mock = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
        client.put_integration(restApiId=api, resourceId=root, httpMethod="GET", **mock)
        client.create_deployment(restApiId=api, stageName="test")
        operations = [{"op": "replace", "path": path, "value": value} for path, value in patches]
        client.update_stage(restApiId=api, stageName="test", patchOperations=operations)

    return on_an_api(item, says, act)


def authorizer(item: str, says: str, **members: Any) -> Attempt:
    return on_an_api(item, says, lambda c, api, _root: c.create_authorizer(restApiId=api, name=NAME, **members))


MOCK = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
PRIVATE = {"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-1"]}

ATTEMPTS = (
    integration("`AWS`", "AWS", type="AWS"),
    integration("`HTTP`", "HTTP", type="HTTP", uri="http://example.com"),
    integration("`HTTP_PROXY` integrations", "HTTP_PROXY", type="HTTP_PROXY", uri="http://example.com"),
    integration(
        "mapping templates with references",
        "template",
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": $input.params("a")}'},
    ),
    integration(
        "request parameters of integrations",
        "requestParameters",
        requestParameters={"integration.request.header.A": "'b'"},
    ),
    integration("content handling of integrations", "contentHandling", contentHandling="CONVERT_TO_BINARY"),
    integration("VPC links", "VPC_LINK", connectionType="VPC_LINK", connectionId="a"),
    integration(
        "the caller's credentials on an integration", "arn:aws:iam::*:user/*", credentials="arn:aws:iam::*:user/*"
    ),
    authorizer("Cognito authorizers", "COGNITO_USER_POOLS", type="COGNITO_USER_POOLS", providerARNs=["a"]),
    made("keys from authorizers", "AUTHORIZER", apiKeySource="AUTHORIZER"),
    made("private APIs", "PRIVATE", endpointConfiguration=PRIVATE),
    made("disabled default endpoints", "disableExecuteApiEndpoint", disableExecuteApiEndpoint=True),
    integration("cache namespaces", "cacheNamespace", cacheNamespace="shared"),
    integration(
        "cache keys of integrations",
        "integration.request.header.A",
        cacheKeyParameters=["integration.request.header.A"],
    ),
    stage(
        "`FAIL_WITH_403` of caches",
        "FAIL_WITH_403",
        ("/*/*/caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"),
    ),
    operation("client certificates", SERVICE, "GenerateClientCertificate", "generate_client_certificate"),
    stage("execution logs", "logging/loglevel", ("/*/*/logging/loglevel", "INFO")),
    operation("custom domain names", SERVICE, "CreateDomainName", "create_domain_name", domainName="a.example.com"),
    on_an_api(
        "`PutRestApi` with `merge`",
        "merge",
        lambda c, api, _root: c.put_rest_api(restApiId=api, mode="merge", body="{}"),
    ),
    document(
        "unknown `x-amazon-apigateway-` extensions",
        "x-amazon-apigateway-magic",
        {"x-amazon-apigateway-integration": MOCK, "x-amazon-apigateway-magic": {}},
    ),
    document(
        "unknown security schemes",
        "oauth",
        {"x-amazon-apigateway-integration": MOCK, "security": [{"oauth": []}]},
        securityDefinitions={
            "oauth": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://example.com"}
        },
    ),
    Attempt("HTTP APIs", "UnsupportedService", lambda world: _http_api(world, "HTTP")),
    Attempt("WebSocket APIs", "UnsupportedService", lambda world: _http_api(world, "WEBSOCKET")),
)


def _http_api(world: World, protocol: str) -> str:
    try:
        world.client("apigatewayv2").create_api(Name=NAME, ProtocolType=protocol)
    except ClientError as error:
        return str(error)
    return ""
