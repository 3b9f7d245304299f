"""cf/serving.yaml: model, endpoint, function and API."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from tests.cf import templates

IF_TRAFFIC_ROUTING = "HasTrafficRouting"


def properties(logical_id: str) -> dict[str, Any]:
    return templates.properties("serving", logical_id)


def body() -> dict[str, Any]:
    found: dict[str, Any] = properties("Api")["DefinitionBody"]
    return found


def test_model_and_endpoint_config_carry_no_name() -> None:
    assert "ModelName" not in templates.properties("model", "Model")
    assert "EndpointConfigName" not in properties("EndpointConfig")


def test_the_endpoint_is_named_by_install_and_environment() -> None:
    assert properties("Endpoint")["EndpointName"] == {"Fn::Sub": "${Prefix}-${Environment}"}


def test_the_first_variant_keeps_its_name() -> None:
    variant, _ = properties("EndpointConfig")["ProductionVariants"]
    assert variant["VariantName"] == templates.load("serving")["Outputs"]["VariantName"]["Value"] == "default"


def test_the_candidate_is_a_second_variant_of_its_own_model_and_otherwise_not_there() -> None:
    _, second = properties("EndpointConfig")["ProductionVariants"]
    condition, variant, otherwise = second["Fn::If"]
    assert (condition, otherwise) == ("HasCandidate", {"Ref": "AWS::NoValue"})
    assert variant["VariantName"] == "candidate"
    assert variant["ModelName"] == {"Fn::GetAtt": ["Candidate", "Outputs.ModelName"]}
    assert templates.load("serving")["Resources"]["Candidate"]["Condition"] == "HasCandidate"
    assert properties("Candidate")["Parameters"] == properties("Model")["Parameters"]


def test_a_test_begins_with_its_own_weights_although_variant_properties_are_retained() -> None:
    excluded = properties("Endpoint")["ExcludeRetainedVariantProperties"]["Fn::If"][1]
    assert {"VariantPropertyType": "DesiredWeight"} in excluded


def test_a_new_sampling_percentage_takes_effect_although_variant_properties_are_retained() -> None:
    endpoint = properties("Endpoint")
    assert endpoint["RetainAllVariantProperties"] == {"Ref": "RetainAllVariantProperties"}
    condition, excluded, otherwise = endpoint["ExcludeRetainedVariantProperties"]["Fn::If"]
    assert (condition, otherwise) == ("RetainsVariantProperties", {"Ref": "AWS::NoValue"})
    assert {"VariantPropertyType": "DataCaptureConfig"} in excluded


def test_data_is_captured_under_the_key_at_the_given_percentage_or_not_at_all() -> None:
    condition, capture, otherwise = properties("EndpointConfig")["DataCaptureConfig"]["Fn::If"]
    assert condition == "HasDataCapture"
    assert capture["KmsKeyId"] == {"Ref": "KeyArn"}
    assert capture["InitialSamplingPercentage"] == {"Ref": "DataCapturePercentage"}
    assert capture["DestinationS3Uri"] == {"Fn::Sub": "s3://${ArtifactBucket}/capture/${Environment}"}
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_a_deployment_is_rolled_back_by_both_alarms() -> None:
    condition, deployment, otherwise = properties("Endpoint")["DeploymentConfig"]["Fn::If"]
    assert (condition, otherwise) == (IF_TRAFFIC_ROUTING, {"Ref": "AWS::NoValue"})
    alarms = deployment["AutoRollbackConfiguration"]["Alarms"]
    assert alarms == [{"AlarmName": {"Ref": "ErrorAlarmName"}}, {"AlarmName": {"Ref": "LatencyAlarmName"}}]


def test_a_canary_is_at_most_half_of_the_instances() -> None:
    for name in ("serving", "production"):
        assert templates.load(name)["Parameters"]["CanarySizeInPercent"]["MaxValue"] == 50


def test_a_deployment_has_time_for_all_its_waits() -> None:
    # docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html
    policy = properties("Endpoint")["DeploymentConfig"]["Fn::If"][1]["BlueGreenUpdatePolicy"]
    parameters = templates.load("serving")["Parameters"]
    waits = parameters["BakeInSeconds"]["MaxValue"] + parameters["TerminationWaitInSeconds"]["MaxValue"]
    assert waits < policy["MaximumExecutionTimeoutInSeconds"] <= 28800


def test_traffic_routing_without_alarms_is_refused_with_a_sentence() -> None:
    (assertion,) = templates.load("serving")["Rules"]["AlarmsWithTrafficRouting"]["Assertions"]
    assert assertion["AssertDescription"] == (
        "TrafficRouting without alarms would bake for nothing; give ErrorAlarmName and LatencyAlarmName."
    )


def test_callers_sign_their_requests_unless_an_api_key_is_chosen() -> None:
    assert templates.load("serving")["Parameters"]["ApiAuthorization"]["Default"] == "AWS_IAM"
    method = body()["paths"]["/predictions"]["post"]
    assert method["security"] == {"Fn::If": ["HasApiKey", [{"api_key": []}], [{"AWS_IAM": []}]]}
    assert body()["securityDefinitions"]["AWS_IAM"]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert body()["securityDefinitions"]["api_key"]["name"] == "x-api-key"


def test_a_change_of_authorization_reaches_the_stage() -> None:
    # SAM names a deployment by a hash of the definition as it is written, conditions unresolved.
    assert properties("Api")["AlwaysDeploy"] is True


def test_a_caller_needs_no_right_to_the_function() -> None:
    # credentials arn:aws:iam::*:user/*, as SAM writes them for AWS_IAM by default, would invoke it as the caller.
    assert "credentials" not in body()["paths"]["/predictions"]["post"]["x-amazon-apigateway-integration"]
    permission = properties("Permission")
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${Api}/*/POST/predictions")


def test_requests_are_validated_by_the_model() -> None:
    method = body()["paths"]["/predictions"]["post"]
    assert body()["x-amazon-apigateway-request-validators"]["body"]["validateRequestBody"] is True
    assert method["x-amazon-apigateway-request-validator"] == "body"
    assert method["parameters"][0]["schema"] == {"$ref": "#/definitions/RequestModel"}
    assert body()["definitions"]["RequestModel"]["required"] == ["features"]


@pytest.mark.parametrize("kind", ["BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX"])
def test_the_gateways_own_errors_have_the_functions_form(kind: str) -> None:
    template = body()["x-amazon-apigateway-gateway-responses"][kind]["responseTemplates"]["application/json"]
    text = template.replace("$context.error.messageString", '"message"').replace("$context.error.responseType", "code")
    assert set(json.loads(text)["error"]) == {"code", "message"}


def test_the_api_throttles_logs_and_traces() -> None:
    api = properties("Api")
    every, cached = api["MethodSettings"]
    for setting in (every, cached["Fn::If"][1]):  # a method's own settings take the place of those of all
        assert setting["ThrottlingRateLimit"] == {"Ref": "ThrottlingRate"}
        assert setting["ThrottlingBurstLimit"] == {"Ref": "ThrottlingBurst"}
    assert api["TracingEnabled"] == {"Fn::If": ["HasTracing", True, False]}
    assert templates.load("serving")["Parameters"]["ApiTracing"]["Default"] == "true"
    assert json.loads(api["AccessLogSetting"]["Format"])["requestId"] == "$context.requestId"


def test_the_function_is_traced_runs_a_current_python_and_ends_before_the_api_gives_up() -> None:
    function = properties("Function")
    tracing = {"Fn::If": ["HasTracing", "Active", "PassThrough"]}
    assert (function["Runtime"], function["Tracing"], function["Timeout"]) == ("python3.13", tracing, 28)
    assert function["Environment"]["Variables"] == {
        "ENDPOINT_NAME": {"Fn::Sub": "${Prefix}-${Environment}"},
        "CORS_ALLOW_ORIGINS": {"Ref": "CorsAllowOrigins"},
        "MODEL_VERSIONS": {"Fn::If": ["IsMultiModel", {"Fn::GetAtt": ["Model", "Outputs.Versions"]}, ""]},
        "ASYNC_URI": {"Fn::If": ["IsAsync", {"Fn::Sub": "s3://${ArtifactBucket}/async/${Environment}"}, ""]},
    }


@pytest.mark.parametrize("logical_id", ["FunctionLog", "AccessLog"])
def test_logs_are_kept_for_a_while_and_go_with_the_stack(logical_id: str) -> None:
    assert properties(logical_id)["RetentionInDays"] == {"Ref": "LogRetentionInDays"}
    resource = templates.load("serving")["Resources"][logical_id]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_a_vpc_is_for_the_endpoint_and_the_function() -> None:
    for found in (templates.properties("model", "Model"), properties("Function")):
        condition, _, otherwise = found["VpcConfig"]["Fn::If"]
        assert (condition, otherwise) == ("HasVpc", {"Ref": "AWS::NoValue"})


class _NoManagedPolicies(ManagedPolicyLoader):  # type: ignore[misc]
    """The template names none, so none are asked of IAM."""

    def __init__(self) -> None:
        super().__init__(None)

    def load(self) -> dict[str, str]:
        return {}


def test_sam_expands_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    template = copy.deepcopy(templates.load("serving"))
    template["Resources"]["Function"]["Properties"]["CodeUri"] = "s3://artifacts/packages/predict"
    values = {name: parameter.get("Default", "x") for name, parameter in template["Parameters"].items()}
    resources = transform(template, values, _NoManagedPolicies())["Resources"]
    deployments = [found for found in resources.values() if found["Type"] == "AWS::ApiGateway::Deployment"]
    assert ["StageName" in found["Properties"] for found in deployments] == [False]
    kinds = [resource["Type"] for resource in resources.values()]
    assert kinds.count("AWS::IAM::Role") == 2
    assert kinds.count("AWS::ApiGateway::Stage") == 1
    assert resources["Api"]["Properties"]["Body"] == body()


def test_the_code_of_the_image_has_no_network() -> None:
    assert templates.properties("model", "Model")["EnableNetworkIsolation"] == {"Fn::If": ["IsIsolated", True, False]}
    assert templates.load("model")["Parameters"]["EnableNetworkIsolation"]["Default"] == "true"
    serverless = {"Fn::If": ["IsServerless", "false", "true"]}
    assert properties("Model")["Parameters"]["EnableNetworkIsolation"] == serverless
