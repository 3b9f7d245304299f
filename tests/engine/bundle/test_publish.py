"""`slipway publish` on an engine: what is launched from a bucket is what was published, and never changes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from slipway import publish
from slipway.errors import BadInput
from slipway.package import PackageFailed
from slipway.target import Target
from tests.engine.conftest import RunningEngine

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-quick-create-links.html"
)
ROOT = Path(__file__).parents[3]
TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  SourceBucket:
    Description: >-
      Bucket
      of the seed
    Type: String
    Default: ""
  SourceKey:
    Type: String
    Default: ""
Resources:
  Part:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: part.yaml
"""
PART = """AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Topic:
    Type: AWS::SNS::Topic
"""


@pytest.fixture
def target(engine: RunningEngine) -> Target:
    return Target(engine.engine.session(), engine.engine)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of two templates."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "part.yaml").write_text(PART)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "small"\nversion = "1.2.0"\n')
    return tmp_path


def bucket(target: Target, name: str) -> str:
    target.client("s3").create_bucket(Bucket=name)
    return name


def defaults(target: Target, url: str) -> dict[str, str]:
    summary = target.client("cloudformation").get_template_summary(TemplateURL=url)
    return {one["ParameterKey"]: one.get("DefaultValue", "") for one in summary["Parameters"]}


def test_the_repositorys_bundle_is_published_with_its_seed_filled_in_and_can_be_launched(target: Target) -> None:
    made = publish.publish(target, ROOT, bucket(target, "published-bundle"))
    folder = f"slipway/{made.version}/{made.content}"
    assert made.template_url == f"{target.client('s3').meta.endpoint_url}/published-bundle/{folder}/template.yaml"
    found = defaults(target, made.template_url)
    assert (found["SourceBucket"], found["SourceKey"]) == ("published-bundle", f"{folder}/seed.zip")
    seed = target.client("s3").get_object(Bucket="published-bundle", Key=found["SourceKey"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(seed)) as archive:
        assert {"template.yaml", "config/ml-pipeline.json"} <= set(archive.namelist())
    assert "Storage" in _added(target, made.template_url)


def _added(target: Target, url: str) -> list[str]:
    """What a change set of a new stack of that template would add; nothing is made."""
    cloudformation = target.client("cloudformation")
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    made = cloudformation.create_change_set(
        StackName="from-published",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateURL=url,
        Capabilities=capabilities,
    )
    cloudformation.get_waiter("change_set_create_complete").wait(
        ChangeSetName=made["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    changes: list[dict[str, Any]] = cloudformation.describe_change_set(ChangeSetName=made["Id"])["Changes"]
    cloudformation.delete_stack(StackName="from-published")
    return [change["ResourceChange"]["LogicalResourceId"] for change in changes]


def test_the_same_content_is_published_once_and_said_to_be_there(target: Target, bundle: Path) -> None:
    name = bucket(target, "published-once")
    first, again = publish.publish(target, bundle, name), publish.publish(target, bundle, name)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.template_url == again.template_url
    assert (first.version, first.launch_url, first.markdown) == ("1.2.0", "", "")


def test_other_content_under_a_version_that_is_published_is_refused(target: Target, bundle: Path) -> None:
    name = bucket(target, "published-before")
    first = publish.publish(target, bundle, name)
    (bundle / "part.yaml").write_text(PART.replace("Topic", "Other"))
    with pytest.raises(PackageFailed) as refused:
        publish.publish(target, bundle, name)
    assert f"version 1.2.0 is published in bucket {name} already, with other content ({first.content}, " in str(
        refused.value
    )
    assert str(refused.value).endswith("raise the version in pyproject.toml")
    (bundle / "pyproject.toml").write_text('[project]\nversion = "1.3.0"\n')
    assert publish.publish(target, bundle, name).is_new


def test_a_template_that_was_changed_in_the_bucket_is_refused_and_stays(target: Target, bundle: Path) -> None:
    name, s3 = bucket(target, "published-changed"), target.client("s3")
    made = publish.publish(target, bundle, name)
    key = made.template_url.partition(f"/{name}/")[2]
    s3.put_object(Bucket=name, Key=key, Body=b"changed")
    with pytest.raises(PackageFailed, match=f"s3://{name}/{key} differs from what was packaged from the same content"):
        publish.publish(target, bundle, name)
    assert s3.get_object(Bucket=name, Key=key)["Body"].read() == b"changed"


def test_a_bucket_that_is_not_there_is_told_with_the_command_that_makes_it(target: Target, bundle: Path) -> None:
    with pytest.raises(PackageFailed, match=r"cannot be used: .*; make it with `aws s3 mb s3://published-nowhere --r"):
        publish.publish(target, bundle, "published-nowhere")


@pytest.mark.parametrize("text", [None, "[project]\n", "not toml"])
def test_a_bundle_without_a_version_is_refused(text: str | None, target: Target, bundle: Path) -> None:
    (bundle / "pyproject.toml").unlink()
    if text is not None:
        (bundle / "pyproject.toml").write_text(text)
    with pytest.raises(BadInput, match=r"pyproject\.toml says no version of the bundle"):
        publish.publish(target, bundle, "published-nowhere")
