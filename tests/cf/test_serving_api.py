"""cf/serving.yaml: what the configuration switches on at the API, each by a condition of its own."""

from __future__ import annotations

from typing import Any

import pytest

from config import configuration, parameters
from tests import sample
from tests.cf import templates

NOTHING = {"Ref": "AWS::NoValue"}
EXPRESSION = "Fn::If"
PLACES = {"query": "querystring", "header": "header"}
GATEWAY_RESPONSES = ("BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX")
PAGE = "https://shop.example.com"
ORIGIN = "Access-Control-Allow-Origin"
THE_ORIGIN = {"Fn::If": ["HasOneOrigin", {"Fn::Sub": "'${CorsAllowOrigins}'"}, "'*'"]}


def api() -> dict[str, Any]:
    return templates.properties("serving", "Api")


def method(verb: str) -> Any:
    return api()["DefinitionBody"]["paths"]["/predictions"][verb]


@pytest.mark.parametrize("parameter", ["CorsAllowOrigins", "CacheClusterSize", "CanaryVariant", "ApiVpcEndpointIds"])
@pytest.mark.parametrize("name", ["serving", "test", "production"])
def test_what_costs_or_opens_is_off_unless_it_is_asked_for(name: str, parameter: str) -> None:
    assert templates.load(name)["Parameters"][parameter]["Default"] == ""


@pytest.mark.parametrize("name", ["test", "production"])
def test_an_environment_passes_the_apis_parameters_on_as_they_are(name: str) -> None:
    passed = templates.properties(name, "Serving")["Parameters"]
    own, served = templates.load(name)["Parameters"], templates.load("serving")["Parameters"]
    wanted = {*parameters.api_parameters(settings()), "ApiVpcEndpointIds"}
    assert {parameter: passed[parameter] for parameter in wanted} == {name: {"Ref": name} for name in wanted}
    assert {parameter: own[parameter]["Default"] for parameter in wanted} == {
        parameter: served[parameter]["Default"] for parameter in wanted
    }


def written(**api: Any) -> dict[str, Any]:
    """The example, with this for the production API."""
    found = sample.written()
    found["serving"]["production"]["api"] = api
    return found


def settings(**api: Any) -> dict[str, Any]:
    """The API's part of a resolved configuration."""
    assert configuration.validate(written(**api)) == []
    resolved: dict[str, Any] = configuration.resolve(written(**api))["serving"]["production"]["api"]
    return resolved


def test_the_configurations_defaults_are_the_templates() -> None:
    given = parameters.api_parameters(settings())
    declared = templates.load("serving")["Parameters"]
    # A canary without a variant is none, whatever its share.
    same = {name: value for name, value in given.items() if name != "CanaryTrafficPercentage"}
    assert same == {name: str(declared[name]["Default"]) for name in same}


def test_the_configuration_becomes_parameters() -> None:
    given = parameters.api_parameters(
        settings(
            cors={"allowOrigins": [PAGE, "http://localhost:3000"]},
            cache={"sizeInGigabytes": 0.5, "ttlInSeconds": 60},
            canary={"variant": "candidate", "trafficPercentage": 12.5},
            tracing=False,
            endpointType="PRIVATE",
        )
    )
    assert given["CorsAllowOrigins"] == f"{PAGE},http://localhost:3000"
    assert (given["CacheClusterSize"], given["CacheTtlInSeconds"]) == ("0.5", "60")
    assert (given["CanaryVariant"], given["CanaryTrafficPercentage"]) == ("candidate", "12.5")
    assert (given["ApiTracing"], given["ApiEndpointType"]) == ("false", "PRIVATE")
    sizes = templates.load("serving")["Parameters"]["CacheClusterSize"]["AllowedValues"]
    assert parameters.api_parameters(settings(cache={"sizeInGigabytes": 237}))["CacheClusterSize"] in sizes


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("cors", {"allowOrigins": ["shop.example.com"]}, "cors.allowOrigins"),
        ("cors", {"allowOrigins": ["https://shop.example.com/"]}, "cors.allowOrigins"),
        ("cors", {"allowOrigins": ["https://a.example.com'"]}, "cors.allowOrigins"),
        ("cache", {"sizeInGigabytes": 2}, "cache.sizeInGigabytes"),
        ("canary", {"variant": "a b"}, "canary.variant"),
        ("canary", {"trafficPercentage": 101}, "canary.trafficPercentage"),
        ("endpointType", "EDGE", "endpointType"),
        ("cors", {"allowOrigins": ["*", PAGE]}, "cors.allowOrigins: found"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(field: str, value: Any, message: str) -> None:
    (fault,) = configuration.validate(written(**{field: value}))
    assert f"$.serving.production.api.{message}" in str(fault)


def test_a_preflight_needs_no_authorization_and_calls_nothing() -> None:
    condition, options, otherwise = method("options")[EXPRESSION]
    assert (condition, otherwise) == ("HasCors", NOTHING)
    assert "security" not in options
    integration = options["x-amazon-apigateway-integration"]
    assert (integration["type"], "uri" in integration) == ("mock", False)
    (response,) = integration["responses"].values()
    headers = {
        name.removeprefix("method.response.header."): text for name, text in response["responseParameters"].items()
    }
    assert set(headers) == set(options["responses"][response["statusCode"]]["headers"])
    assert headers[ORIGIN] == THE_ORIGIN
    for header in ("Authorization", "X-Api-Key", "Content-Type", "X-Amz-Date", "X-Amz-Security-Token", "X-Model"):
        assert header in headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("kind", GATEWAY_RESPONSES)
def test_a_page_can_read_the_gateways_own_errors(kind: str) -> None:
    response = api()["DefinitionBody"]["x-amazon-apigateway-gateway-responses"][kind]
    assert response["responseParameters"] == {
        "Fn::If": ["HasCors", {f"gatewayresponse.header.{ORIGIN}": THE_ORIGIN}, {}]
    }


def test_a_csv_body_has_no_model_that_would_refuse_it() -> None:
    assert method("post")["consumes"] == ["application/json"]
    assert method("post")["produces"] == ["application/json", "text/csv"]


def test_only_a_get_is_cached_by_all_that_its_answer_depends_on() -> None:
    condition, get, otherwise = method("get")[EXPRESSION]
    assert (condition, otherwise) == ("HasCache", NOTHING)
    declared = {f"method.request.{PLACES[one['in']]}.{one['name']}" for one in get["parameters"]}
    assert set(get["x-amazon-apigateway-integration"]["cacheKeyParameters"]) == declared
    assert get["security"] == method("post")["security"]
    assert "cacheKeyParameters" not in method("post")["x-amazon-apigateway-integration"]
    every, cached = api()["MethodSettings"]
    assert "CachingEnabled" not in every
    assert (cached[EXPRESSION][1]["ResourcePath"], cached[EXPRESSION][1]["HttpMethod"]) == ("/predictions", "GET")
    permission = templates.load("serving")["Resources"]["CachedPermission"]
    assert permission["Condition"] == "HasCache"
    assert permission["Properties"]["SourceArn"]["Fn::Sub"].endswith(":${Api}/*/GET/predictions")


def test_a_canary_is_the_same_deployment_with_another_variant() -> None:
    condition, canary, otherwise = api()["CanarySetting"][EXPRESSION]
    assert (condition, otherwise) == ("HasCanary", NOTHING)
    assert canary["DeploymentId"] == {"Ref": "Api.Deployment"}
    assert canary["StageVariableOverrides"] == {"targetVariant": {"Ref": "CanaryVariant"}}
    assert canary["UseStageCache"] is False


def test_a_private_api_lets_in_what_comes_through_its_endpoints_only() -> None:
    condition, policy, otherwise = api()["DefinitionBody"]["x-amazon-apigateway-policy"][EXPRESSION]
    assert (condition, otherwise) == ("IsPrivate", NOTHING)
    endpoints = {"Fn::Split": [",", {"Ref": "ApiVpcEndpointIds"}]}
    assert api()["EndpointConfiguration"]["VPCEndpointIds"] == {"Fn::If": ["IsPrivate", endpoints, NOTHING]}
    deny, callers, preflight = policy["Statement"]
    assert (deny["Effect"], deny["Principal"], deny["Resource"]) == ("Deny", "*", "execute-api:/*")
    assert deny["Condition"] == {"StringNotEquals": {"aws:SourceVpce": endpoints}}
    # Everybody as the principal would let in who signs without a right of his own.
    key, everybody, account = callers["Principal"][EXPRESSION]
    assert (key, everybody) == ("HasApiKey", "*")
    assert account["AWS"]["Fn::Sub"] == "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"
    assert preflight[EXPRESSION][1]["Resource"] == "execute-api:/*/OPTIONS/predictions"


def test_a_private_api_without_endpoints_is_refused_with_a_sentence() -> None:
    rule = templates.load("serving")["Rules"]["PrivateApiWithEndpoints"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "ApiEndpointType"}, "PRIVATE"]}
    (assertion,) = rule["Assertions"]
    assert assertion["AssertDescription"] == "Nobody could call a PRIVATE API without ApiVpcEndpointIds."
