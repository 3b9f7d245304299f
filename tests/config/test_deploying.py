"""config.deploying: which modes can be deployed where, and over which."""

from __future__ import annotations

from typing import Any

import pytest

from config import deploying
from config.deployed import CannotDeploy
from tests.config.test_deployed import CloudFormation

COMPLETE = "UPDATE_COMPLETE"


def check(old: dict[str, str] | None, mode: str, **parameters: str) -> None:
    stacks = {} if old is None else {"shop-test": (COMPLETE, old)}
    client: Any = CloudFormation(**stacks)
    deploying.check(client, "test", {"Prefix": "shop", "DeployMode": mode, **parameters})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, "serverless"),
        ({"DeployMode": "endpoint"}, "endpoint"),
        ({"DeployMode": "serverless"}, "serverless"),
        ({"DeployMode": "serverless"}, "endpoint"),
    ],
)
def test_a_change_that_sagemaker_makes_is_let_through(old: dict[str, str] | None, new: str) -> None:
    check(old, new)


@pytest.mark.parametrize("old", [{}, {"DeployMode": "endpoint"}], ids=["before there were modes", "instances"])
def test_an_endpoint_with_instances_does_not_become_serverless(old: dict[str, str]) -> None:
    with pytest.raises(CannotDeploy) as raised:
        check({"Prefix": "shop", **old}, "serverless")
    assert str(raised.value).startswith(
        "$.deploy.mode: serverless instead of endpoint, but SageMaker does not make an endpoint of mode endpoint one "
        "of mode serverless."
    )


def test_a_serverless_endpoint_is_in_no_vpc() -> None:
    with pytest.raises(CannotDeploy, match=r"^\$\.deploy\.mode: serverless, but the test environment is in a VPC"):
        check(None, "serverless", SubnetIds="subnet-1")
