"""cf/serving.yaml and cf/production.yaml: one template for every deploy.mode."""

from __future__ import annotations

from typing import Any

import pytest

from config import configuration, modes, parameters
from tests import sample
from tests.cf import templates

NOTHING = {"Ref": "AWS::NoValue"}


def variant() -> dict[str, Any]:
    found: dict[str, Any] = templates.properties("serving", "EndpointConfig")["ProductionVariants"][0]
    return found


@pytest.mark.parametrize("name", ["serving", "test", "production"])
def test_every_mode_of_the_configuration_is_one_of_the_templates(name: str) -> None:
    allowed = templates.load(name)["Parameters"]["DeployMode"]["AllowedValues"]
    assert allowed == list(modes.WITHOUT_USE)
    schema = configuration.SCHEMA.read_text("utf-8")
    assert all(f'"{mode}"' in schema for mode in allowed)


@pytest.mark.parametrize("name", ["test", "production"])
def test_an_environment_passes_the_modes_parameters_on_as_they_are(name: str) -> None:
    resolved = configuration.resolve(sample.written())
    passed = templates.properties(name, "Serving")["Parameters"]
    for parameter in parameters.deploy_parameters(resolved["deploy"]):
        assert passed[parameter] == {"Ref": parameter}
        assert templates.load(name)["Parameters"][parameter] == templates.load("serving")["Parameters"][parameter]


def test_the_configurations_defaults_are_the_templates() -> None:
    given = parameters.deploy_parameters(configuration.resolve(sample.written())["deploy"])
    declared = templates.load("serving")["Parameters"]
    assert given == {name: str(declared[name]["Default"]) for name in given}


def test_a_variant_has_instances_or_is_serverless() -> None:
    found = variant()
    serverless = {"MemorySizeInMB": {"Ref": "MemorySizeInMB"}, "MaxConcurrency": {"Ref": "MaxConcurrency"}}
    assert found["ServerlessConfig"] == {"Fn::If": ["IsServerless", serverless, NOTHING]}
    for member in ("InstanceType", "InitialInstanceCount"):
        assert found[member]["Fn::If"][:2] == ["IsServerless", NOTHING]


def test_a_serverless_endpoint_is_neither_captured_nor_scaled_nor_given_a_canary() -> None:
    not_serverless = {"Fn::Not": [{"Condition": "IsServerless"}]}
    assert not_serverless in templates.load("serving")["Conditions"]["HasDataCapture"]["Fn::And"]
    conditions = templates.load("production")["Conditions"]
    assert not_serverless in conditions["HasAutoscaling"]["Fn::And"]
    assert {"Condition": "IsServerless"} in conditions["IsAllAtOnce"]["Fn::Or"]


def test_several_models_are_scaled_and_guarded_as_one_is_and_not_captured() -> None:
    assert {"Fn::Not": [{"Condition": "IsMultiModel"}]} in templates.load("serving")["Conditions"]["HasDataCapture"][
        "Fn::And"
    ]
    conditions = templates.load("production")["Conditions"]
    assert all("IsMultiModel" not in str(conditions[name]) for name in ("HasAutoscaling", "IsGuarded", "IsAllAtOnce"))


def test_the_role_of_several_models_reads_their_copies_only() -> None:
    statements = templates.properties("serving", "ExecutionRole")["Policies"][0]["PolicyDocument"]["Statement"]
    (read,) = [found["Resource"]["Fn::If"] for found in statements if found.get("Sid") == "ReadModel"]
    assert read == [
        "IsMultiModel",
        {"Fn::Sub": "arn:${AWS::Partition}:s3:::${ArtifactBucket}/models/${Prefix}/multi-model/*"},
        {"Fn::Sub": "arn:${AWS::Partition}:s3:::${ArtifactBucket}/runs/*"},
    ]


def test_a_batch_has_a_state_machine_instead_of_endpoint_and_api() -> None:
    resources = templates.load("serving")["Resources"]
    assert resources["Batch"]["Condition"] == "IsBatch"
    always = {name for name, found in resources.items() if "Condition" not in found}
    assert always == {"Model", "ExecutionRole"}
    conditions = templates.load("serving")["Conditions"]
    assert all({"Condition": "HasEndpoint"} in conditions[name]["Fn::And"] for name in ("HasApiKey", "HasCache"))


def test_production_watches_an_endpoint_only_where_there_is_one() -> None:
    resources = templates.load("production")["Resources"]
    for name in ("ErrorAlarm", "LatencyAlarm", "NoInvocationAlarm", "Dashboard"):
        assert resources[name]["Condition"] == "HasEndpoint"
    assert {"Condition": "HasEndpoint"} in templates.load("production")["Conditions"]["HasAutoscaling"]["Fn::And"]


def test_every_output_stands_where_its_mode_does() -> None:
    for name in ("serving", "test", "production"):
        for output, found in templates.load(name)["Outputs"].items():
            assert found["Condition"] == ("IsBatch" if output == "BatchStateMachineArn" else "HasEndpoint")


def test_a_batchs_model_reads_and_writes_its_own_places_only() -> None:
    role = templates.properties("serving", "ExecutionRole")
    found = {statement["Sid"]: statement for statement in templates.statements(role)}
    assert {"Ref": "BatchInputUri"} in [
        found["ReadBatchInput"]["Resource"]["Fn::Join"][1][1]["Fn::Select"][1]["Fn::Split"][1]
    ]
    assert found["WriteBatchOutput"]["Action"] == "s3:PutObject"


def test_an_asynchronous_endpoint_keeps_answers_and_failures_apart_and_tells_whom_it_is_told() -> None:
    condition, found, otherwise = templates.properties("serving", "EndpointConfig")["AsyncInferenceConfig"]["Fn::If"]
    assert (condition, otherwise) == ("IsAsync", NOTHING)
    output = found["OutputConfig"]
    assert output["S3OutputPath"] != output["S3FailurePath"]
    condition, topics, otherwise = output["NotificationConfig"]["Fn::If"]
    assert (condition, otherwise) == ("NotifiesErrors", NOTHING)
    assert topics == {
        "ErrorTopic": {"Ref": "TopicArn"},
        "SuccessTopic": {"Fn::If": ["NotifiesAll", {"Ref": "TopicArn"}, NOTHING]},
    }


def test_an_asynchronous_endpoint_follows_its_backlog_and_the_others_their_invocations() -> None:
    resources = templates.load("production")["Resources"]
    assert resources["BacklogPolicy"]["Condition"] == "ScalesByBacklog"
    assert resources["ScalingPolicy"]["Condition"] == "ScalesByInvocations"
    tracked = resources["BacklogPolicy"]["Properties"]["TargetTrackingScalingPolicyConfiguration"]
    assert tracked["CustomizedMetricSpecification"]["MetricName"] == "ApproximateBacklogSizePerInstance"
    metric = resources["NoInvocationAlarm"]["Properties"]["MetricName"]
    assert metric == {"Fn::If": ["IsAsync", "InvocationsProcessed", "Invocations"]}


def test_the_answer_to_an_earlier_request_has_an_address_of_its_own() -> None:
    paths = templates.properties("serving", "Api")["DefinitionBody"]["paths"]
    condition, path, otherwise = paths["/predictions/{id}"]["Fn::If"]
    assert (condition, otherwise) == ("IsAsync", NOTHING)
    assert path["get"]["security"] == paths["/predictions"]["post"]["security"]
    assert templates.load("serving")["Resources"]["AnswersPermission"]["Condition"] == "IsAsync"


@pytest.mark.parametrize("rule", ["BatchWithUris", "CandidateBesideInstances", "NotificationWithTopic"])
def test_parameters_that_a_mode_cannot_do_without_are_asked_for_with_a_sentence(rule: str) -> None:
    (assertion,) = templates.load("serving")["Rules"][rule]["Assertions"]
    assert assertion["AssertDescription"].endswith(".")
