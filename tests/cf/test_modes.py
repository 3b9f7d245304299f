"""cf/serving.yaml and cf/production.yaml: one template for every deploy.mode."""

from __future__ import annotations

from typing import Any

import pytest

from config import configuration, modes, parameters
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
    resolved = configuration.resolve(configuration.load())
    passed = templates.properties(name, "Serving")["Parameters"]
    for parameter in parameters.deploy_parameters(resolved["deploy"]):
        assert passed[parameter] == {"Ref": parameter}
        assert templates.load(name)["Parameters"][parameter] == templates.load("serving")["Parameters"][parameter]


def test_the_configurations_defaults_are_the_templates() -> None:
    given = parameters.deploy_parameters(configuration.resolve(configuration.load())["deploy"])
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
