"""config.deploying: which modes can be deployed where, and over which."""

from __future__ import annotations

from typing import Any

import pytest

from config import deploying
from config.deployed import CannotDeploy
from tests.config.test_deployed import CloudFormation

PLACES = {"BatchInputUri": "s3://data/customers/", "BatchOutputUri": "s3://artifacts/batch/test"}
COMPLETE = "UPDATE_COMPLETE"


@pytest.fixture(autouse=True)
def _buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTIFACT_BUCKET", "artifacts")
    monkeypatch.setenv("DATA_BUCKET", "data")


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
        ({"DeployMode": "serverless"}, "batch"),
        ({"DeployMode": "batch"}, "serverless"),
        ({"DeployMode": "batch"}, "async"),
        ({"DeployMode": "batch"}, "multi-model"),
        ({"DeployMode": "multi-model"}, "multi-model"),
    ],
)
def test_a_change_that_sagemaker_makes_is_let_through(old: dict[str, str] | None, new: str) -> None:
    check(old, new, **(PLACES if new == "batch" else {}))


@pytest.mark.parametrize("old", [{}, {"DeployMode": "endpoint"}], ids=["before there were modes", "instances"])
def test_an_endpoint_with_instances_does_not_become_serverless(old: dict[str, str]) -> None:
    with pytest.raises(CannotDeploy) as raised:
        check({"Prefix": "shop", **old}, "serverless")
    assert str(raised.value) == (
        "$.deploy.mode: serverless instead of endpoint, but SageMaker does not make an endpoint of mode endpoint one "
        "of mode serverless. Deploy twice: first with mode batch, which removes the endpoint and its API, then with "
        "serverless."
    )


@pytest.mark.parametrize(("old", "new"), [("endpoint", "async"), ("async", "endpoint"), ("serverless", "async")])
def test_an_endpoint_stays_asynchronous_or_never_is(old: str, new: str) -> None:
    with pytest.raises(CannotDeploy, match=f"{new} instead of {old}"):
        check({"DeployMode": old}, new)


@pytest.mark.parametrize(("old", "new"), [("endpoint", "multi-model"), ("multi-model", "endpoint")])
def test_one_model_does_not_become_several_while_requests_come_in(old: str, new: str) -> None:
    with pytest.raises(CannotDeploy) as raised:
        check({"DeployMode": old}, new)
    assert str(raised.value) == (
        f"$.deploy.mode: {new} instead of {old}, but requests would be refused while instances of both kinds are in "
        f"service. Deploy twice: first with mode batch, which removes the endpoint and its API, then with {new}."
    )


def test_a_serverless_endpoint_is_in_no_vpc() -> None:
    with pytest.raises(CannotDeploy, match=r"^\$\.deploy\.mode: serverless, but the test environment is in a VPC"):
        check(None, "serverless", SubnetIds="subnet-1")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"BatchInputUri": "s3://elsewhere/rows/"},
            r"^\$\.deploy\.batch\.inputUri: s3://elsewhere/rows/, but the roles",
        ),
        ({"BatchOutputUri": "s3://elsewhere/out"}, r"^\$\.deploy\.batch\.outputUri: s3://elsewhere/out, but the roles"),
        ({"BatchOutputUri": "s3://data/incoming"}, r"outputUri: what is written below s3://data/incoming/ is new data"),
    ],
)
def test_a_batch_reads_and_writes_in_the_buckets_of_its_install(changed: dict[str, str], message: str) -> None:
    with pytest.raises(CannotDeploy, match=message):
        check(None, "batch", **{**PLACES, **changed})
