"""The VPC endpoints of the root stack: what has to be created is refused by name, and what has not is no hindrance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import loads

from tests.engine.stacks import Stacks

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html"
)
ROOT = Path(__file__).parents[3]


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(loads((ROOT / path).read_text())))
    return found


@pytest.fixture
def parent(stacks: Stacks) -> dict[str, Any]:
    """The root's part Network, with its parameters and condition, beside a topic."""
    root = read("template.yaml")
    network = root["Resources"]["Network"]
    network["Properties"]["TemplateURL"] = stacks.store("network.json", read("cf/network.yaml"))
    names = ("CreateVpcEndpoints", "VpcId", "ProductionSubnetIds", "ProductionSecurityGroupIds")
    return {
        "Parameters": {name: root["Parameters"][name] for name in names},
        "Conditions": {"CreatesVpcEndpoints": root["Conditions"]["CreatesVpcEndpoints"]},
        "Resources": {"Network": network, "Topic": {"Type": "AWS::SNS::Topic"}},
    }


def test_endpoints_that_are_not_created_are_no_hindrance(stacks: Stacks, parent: dict[str, Any]) -> None:
    assert stacks.create(parent)["StackStatus"] == "CREATE_COMPLETE"


def test_endpoints_that_are_to_be_created_are_refused_by_name(stacks: Stacks, parent: dict[str, Any]) -> None:
    given = {
        "CreateVpcEndpoints": "true",
        "VpcId": "vpc-1a",
        "ProductionSubnetIds": "subnet-1a",
        "ProductionSecurityGroupIds": "sg-1a",
    }
    listed = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    message = stacks.refused(parent, Parameters=listed)
    assert "AWS::EC2::VPCEndpoint" in message
