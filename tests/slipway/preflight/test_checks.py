"""What an account on AWS may answer and an engine does not: each failure, and what it says to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from slipway.preflight import access, account, cost, prices, quotas, region, settings
from slipway.preflight.finding import Finding, Launch, Status
from slipway.preflight.prices import NoPrice
from tests.slipway.stubs import Aws
from tests.slipway.test_launch import described

ROOT = Path(__file__).parents[3]
BUCKET = "slipway-launch-111122223333-us-east-1"


def check(which: Callable[[Launch], Iterator[Finding]], aws: Aws, **parameters: str) -> list[Finding]:
    return list(which(Launch(aws.target, "churn", settings.read(ROOT), parameters)))


def only(which: Callable[[Launch], Iterator[Finding]], aws: Aws, **parameters: str) -> Finding:
    (finding,) = check(which, aws, **parameters)
    return finding


def caller(aws: Aws, arn: str = "arn:aws:iam::111122223333:user/me") -> None:
    aws.answer("sts.get_caller_identity", {"Account": "111122223333", "Arn": arn})


def test_the_root_user_should_not_launch(aws: Aws) -> None:
    caller(aws, "arn:aws:iam::111122223333:root")
    finding = only(account.identity, aws)
    assert finding.status is Status.FAILED
    assert finding.remedy == "sign in as a role: `aws configure sso`, then AWS_PROFILE"


def test_a_stack_from_which_nothing_leads_on_is_told(aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", described("DELETE_FAILED"))
    finding = only(account.stack, aws)
    assert finding.status is Status.FAILED
    assert "is in DELETE_FAILED" in finding.text


@pytest.mark.parametrize(("limit", "status"), [(9, Status.FAILED), (10, Status.OK), (1000, Status.OK)])
def test_fewer_functions_at_once_than_a_run_takes_are_told(limit: int, status: Status, aws: Aws) -> None:
    aws.answer("lambda.get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": limit}})
    finding = only(account.concurrency, aws)
    assert finding.status is status
    assert ("request-service-quota-increase --service-code lambda" in finding.remedy) is (status is Status.FAILED)


def test_a_missing_role_of_autoscaling_is_made_by_the_bundle(aws: Aws) -> None:
    aws.refuse("iam.get_role", "NoSuchEntity", "no role")
    finding = only(account.linked_role, aws)
    assert (finding.status, finding.text.split("; ")[1]) == (Status.OK, "the first deployment to production makes it")


def test_a_boundary_may_keep_it_from_being_made_so_the_command_is_told(aws: Aws) -> None:
    aws.refuse("iam.get_role", "NoSuchEntity", "no role")
    finding = only(account.linked_role, aws, PermissionsBoundaryArn="arn:aws:iam::111122223333:policy/p")
    assert finding.status is Status.FAILED
    assert finding.remedy.startswith("`aws iam create-service-linked-role --aws-service-name sagemaker.application-")


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("404", Status.OK, "is not there yet"),
        ("403", Status.FAILED, "is somebody else's, or not yours to read"),
        ("500", Status.UNKNOWN, "s3:HeadBucket was refused: 500"),
    ],
)
def test_the_launchs_bucket_is_free_ours_or_somebody_elses(code: str, status: Status, words: str, aws: Aws) -> None:
    caller(aws)
    aws.refuse("s3.head_bucket", code, "no")
    finding = only(access.bucket, aws)
    assert (finding.status, words in finding.text) == (status, True)


def test_a_registry_that_does_not_answer_is_unknown_with_the_right_that_is_missing(aws: Aws) -> None:
    aws.refuse("ecr.describe_repositories", "AccessDeniedException", "not you")
    finding = only(access.registry, aws)
    assert (finding.status, finding.remedy) == (Status.UNKNOWN, "allow ecr:DescribeRepositories to whoever launches")


def quota(name: str, value: float, service: str = "sagemaker") -> dict[str, object]:
    return {"ServiceCode": service, "QuotaCode": "L-1", "QuotaName": name, "Value": value}


def test_a_new_accounts_quota_of_none_fails_with_the_command_that_asks_for_more(aws: Aws) -> None:
    named = ("processing job usage", "training job usage", "endpoint usage")
    found = [quota(f"ml.m5.large for {usage}", value) for usage, value in zip(named, (4, 0, 5), strict=True)]
    aws.answer("service-quotas.list_service_quotas", {"Quotas": found}, {"ServiceCode": "sagemaker"})
    processing, training, endpoint = check(quotas.instances, aws)
    assert (processing.status, training.status, endpoint.status) == (Status.OK, Status.FAILED, Status.OK)
    assert training.text == "ml.m5.large for training job usage: 0, 1 are needed"
    assert "--quota-code L-1 --desired-value 1 --region us-east-1`" in training.remedy
    assert endpoint.text.endswith("5, 5 are needed, at most 9 are used; no room to scale out so far")


@pytest.mark.parametrize(("value", "status"), [(0, Status.FAILED), (1, Status.OK)])
def test_an_account_that_may_not_build_is_told(value: float, status: Status, aws: Aws) -> None:
    found = quota("Concurrently running builds for Linux/Medium environment", value, "codebuild")
    aws.answer("service-quotas.list_service_quotas", {"Quotas": [found]}, {"ServiceCode": "codebuild"})
    assert only(quotas.builds, aws).status is status


def test_a_quota_that_is_not_listed_is_unknown(aws: Aws) -> None:
    aws.answer("service-quotas.list_service_quotas", {"Quotas": []})
    assert only(quotas.builds, aws).status is Status.UNKNOWN


def test_a_region_without_codecommit_is_told_with_the_other_sources(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws.target.session, "get_available_regions", lambda service: ["eu-west-1"])
    finding = only(region.source, aws)
    assert (finding.status, finding.text) == (Status.FAILED, "CodeCommit is not in us-east-1")
    assert "SourceProvider=CodeConnections" in finding.remedy


@pytest.mark.parametrize(("status", "told"), [("AVAILABLE", Status.OK), ("PENDING", Status.FAILED)])
def test_a_connection_must_be_available(status: str, told: Status, aws: Aws) -> None:
    connection = {"ConnectionName": "git", "ConnectionStatus": status}
    aws.answer("codeconnections.get_connection", {"Connection": connection})
    arn = "arn:aws:codeconnections:us-east-1:111122223333:connection/1"
    assert only(region.source, aws, SourceProvider="CodeConnections", ConnectionArn=arn).status is told


def test_a_machine_that_does_not_reach_aws_is_told(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise EndpointConnectionError(endpoint_url="https://sts.us-east-1.amazonaws.com")

    monkeypatch.setattr(aws.target.client("sts"), "get_caller_identity", unreachable)
    finding = only(account.identity, aws)
    assert (finding.status, finding.remedy) == (
        Status.UNKNOWN,
        "see that this machine reaches AWS, and run it again",
    )


def product(*dollars: str) -> str:
    dimensions = {str(place): {"pricePerUnit": {"USD": one}} for place, one in enumerate(dollars)}
    return json.dumps({"product": {}, "terms": {"OnDemand": {"term": {"priceDimensions": dimensions}}}})


def test_aws_says_its_own_prices(aws: Aws) -> None:
    filters = {"regionCode": "us-east-1", "instanceName": "ml.m5.large", "component": "Training"}
    expected = {
        "ServiceCode": "AmazonSageMaker",
        "Filters": [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in filters.items()],
    }
    aws.answer("pricing.get_products", {"PriceList": [product("0.1300000000")]}, expected)
    found = prices.price(aws.target, "ml.m5.large", "Training")
    assert (found.dollars, found.source) == (0.13, "AWS's Price List API")


@pytest.mark.parametrize("answer", [[], [product("0.1", "0.2")]])
def test_no_price_or_several_are_taken_from_the_table_which_says_so(answer: list[str], aws: Aws) -> None:
    aws.answer("pricing.get_products", {"PriceList": answer})
    found = prices.price(aws.target, "ml.m5.large", "Hosting")
    assert (found.dollars, found.source) == (0.115, "a table of us-east-1, 2026-11-21")


def test_a_price_that_neither_has_is_not_made_up(aws: Aws) -> None:
    aws.refuse("pricing.get_products", "AccessDeniedException", "not you")
    with pytest.raises(NoPrice, match=r"ml\.r5\.large in us-east-1 is not in the table of us-east-1, 2026-11-21"):
        prices.price(aws.target, "ml.r5.large", "Hosting")


def test_the_estimate_is_for_machines_too(aws: Aws) -> None:
    for _ in range(3):
        aws.answer("pricing.get_products", {"PriceList": [product("1")]})
    text, found = cost.told(aws.target, settings.read(ROOT))
    assert found is not None
    assert found.as_json() == {
        "dollarsARun": 0.5,
        "dollarsAMonth": 2190.0,
        "dollarsAMonthAtMost": 3650.0,
        "minutesAJob": 10,
        "prices": "AWS's Price List API",
    }
    assert text == found.text
