"""cf/network.yaml and what the root, the pipeline and its functions do with the endpoints; from the specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import loads

from tests.cf import templates

ROOT: dict[str, Any] = json.loads(json.dumps(loads((Path(__file__).parents[2] / "template.yaml").read_text("utf-8"))))
CREATED_OR_GIVEN = {
    "Fn::If": [
        "CreatesVpcEndpoints",
        {"Fn::GetAtt": ["Network", "Outputs.ApiEndpointId"]},
        {"Ref": "ApiVpcEndpointIds"},
    ]
}


def test_both_endpoints_are_interfaces_with_private_names() -> None:
    endpoints = templates.of_type("network", "AWS::EC2::VPCEndpoint")
    services = {properties["ServiceName"]["Fn::Sub"] for properties in endpoints.values()}
    assert services == {f"com.amazonaws.${{AWS::Region}}.{name}" for name in ("execute-api", "sagemaker.runtime")}
    for properties in endpoints.values():
        assert (properties["VpcEndpointType"], properties["PrivateDnsEnabled"]) == ("Interface", True)
        assert {"VpcId", "SubnetIds", "SecurityGroupIds"} < set(properties)


def test_endpoints_are_created_only_when_asked_for() -> None:
    assert ROOT["Parameters"]["CreateVpcEndpoints"]["Default"] == "false"
    assert ROOT["Resources"]["Network"]["Condition"] == "CreatesVpcEndpoints"


def test_the_created_endpoint_or_the_given_ones_are_those_that_apis_admit() -> None:
    for part in ("Pipeline", "Actions"):
        assert ROOT["Resources"][part]["Properties"]["Parameters"]["ApiVpcEndpointIds"] == CREATED_OR_GIVEN


def test_both_environments_are_told_the_endpoints() -> None:
    variables = json.dumps(templates.load("pipeline"))
    assert variables.count('\\"ApiVpcEndpointIds\\": \\"${ApiVpcEndpointIds}\\"') == 2


def test_the_smoke_calls_come_from_the_vpc_when_apis_can_be_private() -> None:
    condition, network, otherwise = templates.properties("actions", "Smoke")["VpcConfig"]["Fn::If"]
    assert (condition, otherwise) == ("CallsPrivateApis", {"Ref": "AWS::NoValue"})
    assert network["SubnetIds"] == {"Fn::Split": [",", {"Ref": "SubnetIds"}]}
    actions = ROOT["Resources"]["Actions"]["Properties"]["Parameters"]
    assert actions["SubnetIds"] == {"Ref": "ProductionSubnetIds"}
    (joins,) = [
        statement
        for statement in templates.statements(templates.properties("actions", "SmokeRole"))
        if statement["Sid"] == "JoinVpc"
    ]
    assert "ec2:CreateNetworkInterface" in joins["Action"]


def test_the_stacks_role_may_put_an_apis_policy() -> None:
    # docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
    assert "apigateway:UpdateRestApiPolicy" in json.dumps(templates.load("serving-access"))
