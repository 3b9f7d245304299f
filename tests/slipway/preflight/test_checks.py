"""What an account on AWS may answer and an engine does not: each failure, and what it says to do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from slipway import validation
from slipway.errors import BadInput
from slipway.preflight import access, account, cost, form, prices, quotas, region, run, settings, sizes
from slipway.preflight.finding import Finding, Launch, Status, ok
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


def test_the_launchs_bucket_must_be_of_the_account(aws: Aws) -> None:
    caller(aws)
    aws.answer("s3.head_bucket", {}, {"Bucket": BUCKET, "ExpectedBucketOwner": "111122223333"})
    assert only(access.bucket, aws).text == f"{BUCKET} is there"


def test_somebody_elses_bucket_says_how_to_launch_without_it(aws: Aws) -> None:
    caller(aws)
    aws.refuse("s3.head_bucket", "403", "Forbidden")
    remedy = only(access.bucket, aws).remedy
    assert remedy.startswith(
        "if `aws s3api list-buckets` has it, have s3:ListBucket, s3:GetObject, s3:PutObject allowed"
    )
    assert remedy.endswith("if not, `slipway publish BUCKET` to one of yours, and launch the template that it prints")


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
    assert (finding.status, finding.remedy) == (
        Status.UNKNOWN,
        "have ecr:DescribeRepositories allowed: `aws iam create-policy --policy-name slipway-ecr-DescribeRepositories"
        ' --policy-document \'{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action":'
        ' ["ecr:DescribeRepositories"], "Resource": "*"}]}\'`, attached to whoever launches',
    )


@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("arn:aws:iam::111122223333:user/teams/ml/ann", "aws iam put-user-policy --user-name ann "),
        ("arn:aws:sts::111122223333:assumed-role/launcher/ann@shop", "aws iam put-role-policy --role-name launcher "),
        ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ml_1/ann", "aws iam create-policy "),
    ],
)
def test_a_missing_right_is_allowed_by_a_command_for_whoever_aws_refused(who: str, command: str, aws: Aws) -> None:
    message = f"User: {who} is not authorized to perform: apigateway:GET on resource: arn:aws:apigateway:x::/account"
    aws.refuse("apigateway.get_account", "AccessDeniedException", message)
    remedy = only(account.log_role, aws).remedy
    assert remedy.startswith(f"have apigateway:GET allowed: `{command}--policy-name slipway-apigateway-GET --policy-d")


def test_a_throttled_answer_is_unknown_and_asked_for_again(aws: Aws) -> None:
    aws.refuse("sts.get_caller_identity", "Throttling", "Rate exceeded")
    aws.refuse("sts.get_caller_identity", "Throttling", "Rate exceeded")
    for finding in (only(account.identity, aws), only(access.bucket, aws)):
        assert (finding.status, finding.remedy) == (Status.UNKNOWN, "run it again in a minute")
        assert finding.text == "sts:GetCallerIdentity was refused: Throttling: Rate exceeded"


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"SourceProvider": "Git"}, "Parameter 'SourceProvider' must be one of AllowedValues"),
        ({"Sauce": "S3"}, "Parameters: [Sauce] do not exist in the template"),
        ({"SourceProvider": "S3", "SourceBucket": "b-1"}, "With S3 as source, the key of the source zip is needed."),
        ({"ProductionMinCapacity": "4", "ProductionMaxCapacity": "3"}, "cannot be fewer than the fewest."),
    ],
)
def test_parameters_that_the_form_would_refuse_are_told_in_cloudformations_words(
    given: dict[str, str], refused: str, aws: Aws
) -> None:
    finding = only(form.parameters, aws, **given)
    assert finding.status is Status.FAILED
    assert finding.text.endswith(refused)
    assert only(form.parameters, aws, Schedule="rate(14 days)").text == "Schedule=rate(14 days)"


def test_a_source_that_there_is_none_of_is_told_with_those_there_are(aws: Aws) -> None:
    finding = only(region.source, aws, SourceProvider="Git")
    assert (finding.status, finding.text) == (Status.FAILED, "there is no source Git")
    assert finding.remedy == "`-p SourceProvider=…`, one of CodeCommit, CodeConnections, S3"


def test_the_forms_capacity_counts_where_the_configuration_says_none(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    document = json.loads((ROOT / "config/ml-pipeline.json").read_text())
    (tmp_path / "config/ml-pipeline.schema.json").write_bytes((ROOT / "config/ml-pipeline.schema.json").read_bytes())
    (tmp_path / "config/ml-pipeline.json").write_text(json.dumps(document))
    given = {"ProductionMinCapacity": "3", "ProductionMaxCapacity": "20"}
    assert settings.read(tmp_path, given).fleets()[1] == ("ml.m5.large", 2, 4)
    del document["serving"]["production"]["autoscaling"]
    (tmp_path / "config/ml-pipeline.json").write_text(json.dumps(document))
    assert settings.read(tmp_path, given).fleets()[1] == ("ml.m5.large", 3, 20)
    assert settings.read(tmp_path).fleets()[1] == ("ml.m5.large", 2, 4)


@pytest.mark.parametrize(
    ("text", "said"), [("[]", "is no JSON object"), ('{"train": 5}', r": \$(\.train)?: "), ("{", "is no JSON document")]
)
def test_a_configuration_that_cannot_be_read_is_told(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/ml-pipeline.schema.json").write_bytes((ROOT / "config/ml-pipeline.schema.json").read_bytes())
    (tmp_path / "config/ml-pipeline.json").write_text(text)
    with pytest.raises(BadInput, match=rf"config/ml-pipeline\.json.*{said}"):
        settings.read(tmp_path)


def test_what_build_would_refuse_is_told(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise BadInput("config/ml-pipeline.json would fail in Build: $.train")

    monkeypatch.setattr(validation, "check", refuse)
    finding = only(sizes.configuration, aws)
    assert (finding.status, finding.text) == (Status.FAILED, "config/ml-pipeline.json would fail in Build: $.train")
    assert finding.remedy == "correct config/ml-pipeline.json; docs/configuration.md has every field"


def test_a_check_that_does_not_answer_is_unknown_and_the_others_are_told(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def silent(_: Launch) -> Iterator[Finding]:
        released.wait()
        yield ok("source", "too late")

    monkeypatch.setattr(run, "CHECKS", {"names": sizes.names, "source": silent, "templates": sizes.templates})
    began = time.monotonic()
    found = run.run(Launch(aws.target, "churn", settings.read(ROOT), {}), seconds=3.0)
    assert time.monotonic() - began < 10
    released.set()
    assert [(one.check, one.status) for one in found] == [
        *(("names", Status.OK), ("source", Status.UNKNOWN), ("templates", Status.OK))
    ]
    assert (found[1].text, found[1].remedy) == (
        "no answer within 3 seconds",
        "run it again: AWS is slow, or throttles you",
    )


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
