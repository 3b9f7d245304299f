"""`slipway preflight` on an engine: what it finds, each failure with what to do, and that it changes nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from slipway.preflight import settings
from slipway.preflight.finding import Finding, Launch, Status
from slipway.preflight.run import run
from slipway.target import Target
from tests.cf import templates
from tests.engine.conftest import RunningEngine

pytestmark = [
    pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html"),
    pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/regions-quotas.html"),
]
ROOT = Path(__file__).parents[3]
STACK = "looked-at"
BATCH = {"inputUri": "s3://rows/in/"}


@pytest.fixture
def target(engine: RunningEngine) -> Target:
    return Target(engine.engine.session(), engine.engine)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The repository's templates and configuration, to change."""
    for folder in ("cf", "config"):
        ignored = shutil.ignore_patterns("data", "__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "functions/outcome").mkdir(parents=True)
    shutil.copy(ROOT / "functions/outcome/model.json", tmp_path / "functions/outcome")
    shutil.copy(ROOT / "template.yaml", tmp_path)
    for empty in [path for path in tmp_path.rglob("*") if path.is_file() and not path.stat().st_size]:
        empty.unlink()
    return tmp_path


def look(target: Target, root: Path = ROOT, stack: str = STACK, **parameters: str) -> list[Finding]:
    return run(Launch(target, stack, settings.read(root), parameters))


def of(found: list[Finding], check: str) -> Finding:
    """The first finding of a check that is not ok, else its first."""
    ours = [finding for finding in found if finding.check == check]
    return next((finding for finding in ours if finding.status is not Status.OK), ours[0])


def configured(bundle: Path, **changes: Any) -> Path:
    """The bundle with fields of its configuration changed, `train__instanceType` for train.instanceType."""
    path = bundle / "config/ml-pipeline.json"
    document = json.loads(path.read_text())
    for name, value in changes.items():
        *parts, last = name.split("__")
        part = document
        for one in parts:
            part = part.setdefault(one, {})
        part[last] = value
    path.write_text(json.dumps(document))
    return bundle


def test_on_an_engine_that_is_empty_nothing_fails_and_what_is_not_there_to_look_at_is_said(target: Target) -> None:
    found = look(target)
    assert [finding for finding in found if finding.status is Status.FAILED] == []
    unknown = {finding.text for finding in found if finding.status is Status.UNKNOWN}
    assert not any("there is no quota" in text for text in unknown)
    instances = {finding.text for finding in found if finding.check == "instances"}
    assert "ml.m5.large for processing job usage: 100, 1 are needed" in instances
    assert any("This engine has no quotas of codebuild" in text for text in unknown)
    assert all(finding.remedy for finding in found if finding.status is not Status.OK)
    assert of(found, "resource types").text == "all 40 are in us-east-1"


def test_every_resource_of_every_template_is_asked_for() -> None:
    parts = [templates.load(path.stem) for path in templates.FOLDER.glob("*.yaml")]
    declared = {resource["Type"] for part in parts for resource in part["Resources"].values()}
    asked = set(settings.read(ROOT).types({"CreateVpcEndpoints": "true", "CreateNotebook": "true"}))
    assert {name for name in declared if not name.startswith(("AWS::Serverless::", "Custom::"))} - asked == set()


def test_it_only_reads(engine: RunningEngine, target: Target) -> None:
    journal = engine.home / "journal.jsonl"
    before = len(journal.read_text().splitlines())
    look(target)
    calls = [json.loads(line) for line in journal.read_text().splitlines()[before:]]
    operations = {call["operation"] for call in calls}
    assert len(operations) > 10
    assert {name for name in operations if not re.match("Get|List|Describe|Head", name)} == set()


def test_the_cost_is_that_of_the_instances_by_the_table_where_no_api_says_more(target: Target) -> None:
    cost = of(look(target), "cost")
    assert cost.status is Status.OK
    # Three jobs of ten minutes at $0.115; 730 hours of one and of two to four instances.
    assert cost.text.startswith("about $0.06 a run (3 jobs of 10 minutes each), $251.85 a month for endpoints")
    assert "up to $419.75 as production scales" in cost.text
    assert cost.text.endswith("prices from a table of us-east-1, 2026-11-21")


def test_a_price_that_nobody_knows_is_said_to_be_unknown(target: Target, bundle: Path) -> None:
    cost = of(look(target, configured(bundle, train__instanceType="ml.r5.large")), "cost")
    assert cost.status is Status.UNKNOWN
    assert cost.text == (
        "the price is not known: ml.r5.large in us-east-1 is not in the table of us-east-1, 2026-11-21"
    )


@pytest.mark.parametrize(("mode", "usages"), [("serverless", []), ("batch", ["ml.m5.large for transform job usage"])])
def test_without_instances_that_serve_a_month_costs_nothing(
    mode: str, usages: list[str], target: Target, bundle: Path
) -> None:
    found = look(target, configured(bundle, deploy__mode=mode, deploy__batch=BATCH))
    assert "$0.00 a month for endpoints;" in of(found, "cost").text
    asked = [finding.text for finding in found if finding.check == "instances" and "endpoint" in finding.text]
    assert asked == []
    assert all(any(usage in finding.text for finding in found) for usage in usages)


def test_more_instances_than_the_quota_say_how_to_ask_for_them(target: Target, bundle: Path) -> None:
    root = configured(bundle, serving__production__autoscaling={"minCapacity": 60, "maxCapacity": 80})
    finding = of(look(target, root), "instances")
    endpoint = next(one for one in look(target, root) if one.check == "instances" and one.status is Status.FAILED)
    assert finding.status is not Status.OK
    assert endpoint.text == "ml.m5.large for endpoint usage: 100, 121 are needed"
    assert re.fullmatch(
        "`aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code L-[0-9A-F]{8}"
        " --desired-value 161 --region us-east-1`, and wait for AWS",
        endpoint.remedy,
    )


def test_a_resource_type_that_the_region_lacks_is_named(target: Target, bundle: Path) -> None:
    with (bundle / "cf/source.yaml").open("a") as template:
        template.write("Resources:\n  Other:\n    Type: AWS::Nowhere::Thing\n")
    finding = of(look(target, bundle), "resource types")
    assert (finding.status, finding.text) == (Status.FAILED, "us-east-1 has no AWS::Nowhere::Thing")


def test_a_bundle_that_cannot_seed_a_repository_is_told(target: Target, bundle: Path) -> None:
    (bundle / "cf/nothing.yaml").touch()
    finding = of(look(target, bundle), "seed")
    assert finding.status is Status.FAILED
    assert finding.text.startswith("cf/nothing.yaml is empty")


def test_a_template_that_is_too_large_is_named(target: Target, bundle: Path) -> None:
    with (bundle / "cf/source.yaml").open("a") as template:
        template.write("# " + "x" * 1024 * 1024 + "\n")
    finding = of(look(target, bundle), "templates")
    assert (finding.status, finding.text.split(":")[0]) == (Status.FAILED, "cf/source.yaml")


@pytest.mark.parametrize(("stack", "why"), [("Shop", "expected lower-case letters"), ("a" * 33, "has 33 characters")])
def test_a_name_of_which_others_cannot_be_made_is_told(stack: str, why: str, target: Target) -> None:
    finding = of(look(target, stack=stack, RepositoryName="other-name"), "names")
    assert finding.status is Status.FAILED
    assert why in finding.text


def test_a_repository_that_is_in_the_way_is_told(target: Target) -> None:
    target.client("codecommit").create_repository(repositoryName="looked-at-taken")
    finding = of(look(target, stack="looked-at-taken"), "source")
    assert finding.text == "repository looked-at-taken is there already, and the launch makes its own"
    assert finding.remedy == "`-p RepositoryName=…`"
    target.client("codecommit").delete_repository(repositoryName="looked-at-taken")


def test_a_log_role_that_neither_is_nor_will_be_there_is_told(target: Target) -> None:
    finding = of(look(target, ManageApiGatewayLogging="false"), "API Gateway log role")
    assert finding.status is Status.FAILED
    assert "keeps the launch from making it" in finding.text


@pytest.fixture
def zipped(target: Target) -> Iterator[str]:
    s3, name = target.client("s3"), "looked-at-source"
    s3.create_bucket(Bucket=name)
    yield name
    for version in s3.list_object_versions(Bucket=name).get("Versions", []):
        s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=name)


def test_a_source_in_s3_must_be_there_keep_versions_and_send_events(target: Target, zipped: str) -> None:
    def source() -> tuple[Status, str]:
        finding = of(look(target, SourceProvider="S3", SourceBucket=zipped, SourceKey="bundle.zip"), "source")
        return finding.status, finding.text

    s3 = target.client("s3")
    assert source() == (Status.FAILED, f"s3://{zipped}/bundle.zip is not there")
    s3.put_object(Bucket=zipped, Key="bundle.zip", Body=b"zip")
    assert source() == (Status.FAILED, f"bucket {zipped} keeps no versions, which an S3 source needs")
    s3.put_bucket_versioning(Bucket=zipped, VersioningConfiguration={"Status": "Enabled"})
    assert source() == (
        Status.FAILED,
        f"bucket {zipped} sends no events to EventBridge, so no run would start",
    )
    s3.put_bucket_notification_configuration(Bucket=zipped, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert source() == (Status.OK, f"s3://{zipped}/bundle.zip is there, versioned and with events")


def test_a_source_in_s3_without_its_place_is_told(target: Target) -> None:
    finding = of(look(target, SourceProvider="S3"), "source")
    assert finding.remedy == "`-p SourceBucket=… -p SourceKey=…`"


def test_a_connection_is_unknown_where_there_are_none(target: Target) -> None:
    arn = "arn:aws:codeconnections:us-east-1:111122223333:connection/00000000-0000-0000-0000-000000000000"
    finding = of(look(target, SourceProvider="CodeConnections", ConnectionArn=arn), "source")
    assert finding.status is Status.UNKNOWN
    assert finding.text == "codeconnections:GetConnection: the local engine does not serve it"
    missing = of(look(target, SourceProvider="CodeConnections"), "source")
    assert (missing.status, missing.text) == (Status.FAILED, "CodeConnections needs a connection")


def test_somebody_without_rights_is_told_which_are_missing(engine: RunningEngine, target: Target) -> None:
    iam = target.client("iam")
    iam.create_user(UserName="looks-on")
    key = iam.create_access_key(UserName="looks-on")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    found = look(Target(session, engine.engine))
    remedies = {finding.remedy for finding in found if finding.status is Status.UNKNOWN}
    for action in ("cloudformation:DescribeType", "lambda:GetAccountSettings", "servicequotas:ListServiceQuotas"):
        policy = f"`aws iam put-user-policy --user-name looks-on --policy-name slipway-{action.replace(':', '-')} "
        assert any(one.startswith(f"have {action} allowed: {policy}") for one in remedies)
    assert of(found, "identity").status is Status.OK
    assert of(found, "bucket").status is Status.FAILED
    iam.delete_access_key(UserName="looks-on", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="looks-on")
