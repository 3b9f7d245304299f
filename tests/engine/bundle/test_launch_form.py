"""What the root template's Rules and the first part's constraint refuse, through CloudFormation itself."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cf import templates
from tests.engine.conftest import RunningEngine

LONGEST = "a-prefix-of-32-letters-x-y-z-123"
REFUSED = [
    ({"SourceProvider": "CodeConnections", "RepositoryName": "a/b"}, "the connection's ARN is needed."),
    (
        {"SourceProvider": "CodeConnections", "ConnectionArn": "arn:aws:codeconnections:x:1:connection/y"},
        "the repository is needed, as owner/repository.",
    ),
    ({"SourceProvider": "S3", "SourceKey": "a.zip"}, "the bucket of the source zip is needed."),
    ({"SourceProvider": "S3", "SourceBucket": "sources"}, "the key of the source zip is needed."),
    ({"TestSubnetIds": "subnet-1"}, "Subnets for the test endpoint need security groups with them."),
    ({"TestSecurityGroupIds": "sg-1"}, "Security groups for the test endpoint need subnets with them."),
    ({"ProductionSubnetIds": "subnet-1"}, "Subnets for the production endpoint need security groups with them."),
    ({"ProductionSecurityGroupIds": "sg-1"}, "Security groups for the production endpoint need subnets with them."),
    ({"CreateVpcEndpoints": "true"}, "VPC endpoints need the VPC that they are created in."),
    (
        {"CreateVpcEndpoints": "true", "VpcId": "vpc-1"},
        "VPC endpoints are created in the subnets of the production endpoint, which are missing.",
    ),
    (
        {"ApiVpcEndpointIds": "vpce-1"},
        "The pipeline calls private APIs from the subnets of the production endpoint, which are missing.",
    ),
    (
        {
            "ApiVpcEndpointIds": "vpce-1",
            "CreateVpcEndpoints": "true",
            "VpcId": "vpc-1",
            "ProductionSubnetIds": "subnet-1",
            "ProductionSecurityGroupIds": "sg-1",
        },
        "Give the VPC endpoints that there are, or have them created, not both.",
    ),
    (
        {"CreateNotebook": "true", "SourceProvider": "S3", "SourceBucket": "sources", "SourceKey": "a.zip"},
        "A notebook instance clones the bundle from CodeCommit, which is not the source here.",
    ),
    (
        {"ProductionMinCapacity": "2", "ProductionMaxCapacity": "1"},
        "The most instances of production cannot be fewer than the fewest.",
    ),
    (
        {"ProductionMinCapacity": "3", "ProductionMaxCapacity": "2"},
        "The most instances of production cannot be fewer than the fewest.",
    ),
    (
        {"ProductionMinCapacity": "4", "ProductionMaxCapacity": "3"},
        "The most instances of production cannot be fewer than the fewest.",
    ),
]


def refusal(engine: RunningEngine, template: str, parameters: dict[str, str]) -> str:
    """The message with which CloudFormation refuses to create the stack."""
    with pytest.raises(ClientError) as caught:
        engine.client("cloudformation").create_stack(
            StackName="refused",
            TemplateBody=json.dumps(templates.load(template)),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
    return str(caught.value.response["Error"]["Message"])


@pytest.mark.parametrize(("parameters", "sentence"), REFUSED, ids=[sentence[:50] for _, sentence in REFUSED])
def test_an_impossible_combination_is_refused_with_its_sentence(
    engine: RunningEngine, parameters: dict[str, str], sentence: str
) -> None:
    assert sentence in refusal(engine, "../template", parameters)


def test_every_rule_is_broken_by_one_of_them() -> None:
    rules: dict[str, Any] = templates.load("../template")["Rules"]
    assert sum(len(rule["Assertions"]) for rule in rules.values()) == len(REFUSED)


@pytest.mark.parametrize(
    "name", [f"{LONGEST}4", "a--b", "a-", "1a", "aws-models", "SSM-models", "models-test", "models-production"]
)
def test_a_name_that_another_part_would_choke_on_is_refused_by_the_first(engine: RunningEngine, name: str) -> None:
    message = refusal(engine, "storage", {"Prefix": name})
    assert "Parameter 'Prefix' must be the name of the root stack, which every other name begins with." in message
    assert "at most 32 letters, digits and single hyphens" in message


@pytest.mark.parametrize("name", [LONGEST, "a", "models-test-2", "Testing", "slipway"])
def test_other_names_are_taken(name: str) -> None:
    prefix = templates.load("storage")["Parameters"]["Prefix"]
    assert re.fullmatch(prefix["AllowedPattern"], name)
    assert len(name) <= prefix["MaxLength"]
