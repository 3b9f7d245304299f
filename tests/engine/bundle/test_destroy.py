"""`slipway destroy` on an engine, without a pipeline: what it finds, in which order it goes, what is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.destroy import data, destruction
from slipway.destroy.destruction import Options
from slipway.destroy.inventory import Item
from slipway.errors import BadInput, NotFound
from slipway.stackevents import LaunchFailed
from slipway.target import Target
from tests.engine.conftest import RunningEngine

pytestmark = [
    pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/empty-bucket.html"),
    pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html"),
    pytest.mark.specification("docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"),
]
PREFIX = "razed"
ROOT = "felled"
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/model:1"
STACK = f"{PREFIX}-Storage-1ABC"
LATE = f"/aws/sagemaker/Endpoints/{PREFIX}-production"
STORAGE = Path(__file__).parents[3] / "cf/storage.yaml"


@pytest.fixture
def target(engine: RunningEngine) -> Target:
    return Target(engine.engine.session(), engine.engine)


@pytest.fixture
def storage(target: Target) -> Iterator[Target]:
    """An install whose root stack is gone: its storage, and logs that came late."""
    cloudformation = target.client("cloudformation")
    parameters = [{"ParameterKey": "Prefix", "ParameterValue": PREFIX}]
    cloudformation.create_stack(StackName=STACK, TemplateBody=STORAGE.read_text(), Parameters=parameters)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    target.client("logs").create_log_group(logGroupName=LATE)
    yield target
    _delete_stack(target)
    for bucket in data.find(target, PREFIX).buckets:
        data.remove_bucket(target, bucket.name)
    for key in data.find(target, PREFIX).keys:
        data.remove_key(target, key)


def _delete_stack(target: Target) -> None:
    target.client("cloudformation").delete_stack(StackName=STACK)
    waiter = target.client("cloudformation").get_waiter("stack_delete_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1})


def kinds(items: list[Item]) -> list[str]:
    return sorted(item.kind for item in items)


def test_data_stays_unless_it_is_said_otherwise_and_what_no_stack_removes_goes(storage: Target) -> None:
    _delete_stack(storage)
    planned = destruction.plan(storage, PREFIX, Options())
    assert kinds(planned.kept) == ["bucket", "bucket", "key"]
    assert [item.name for item in planned.removed] == [LATE]
    said: list[str] = []
    assert destruction.carry_out(planned, said.append, lambda _: None) == []
    assert said == [f"log group {LATE}: removed"]
    assert kinds(destruction.plan(storage, PREFIX, Options()).kept) == ["bucket", "bucket", "key"]


def test_buckets_go_with_every_version_marker_and_upload_and_their_key_after_a_week(storage: Target) -> None:
    _delete_stack(storage)
    s3, kms = storage.client("s3"), storage.client("kms")
    found = data.find(storage, PREFIX)
    bucket, (key,) = found.buckets[0].name, found.keys
    s3.put_object(Bucket=bucket, Key="twice", Body=b"1")
    s3.put_object(Bucket=bucket, Key="twice", Body=b"22")
    s3.delete_object(Bucket=bucket, Key="twice")
    s3.create_multipart_upload(Bucket=bucket, Key="unfinished")
    planned = destruction.plan(storage, PREFIX, Options(delete_data=True))
    assert f"{bucket}: 3 object versions, 3 bytes" in [f"{item.name}: {item.note}" for item in planned.removed]
    said: list[str] = []
    assert destruction.carry_out(planned, said.append, lambda _: None) == []
    assert f"bucket {bucket}: 3 object versions are removed, then the bucket" in said
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=bucket)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    with pytest.raises(NotFound, match=f"there is nothing of an install {PREFIX} in local engine"):
        destruction.plan(storage, PREFIX, Options())


def test_what_has_not_gone_is_left_and_told(storage: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destruction, "_LOOKS", 1)
    left = destruction.carry_out(destruction.plan(storage, PREFIX, Options()), lambda _: None, lambda _: None)
    # A nested stack goes with its root, and this one has none.
    assert [(item.kind, item.name) for item in left] == [("stack", STACK)]


def test_a_stack_that_is_being_changed_is_left_alone(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    described: dict[str, Any] = {"StackStatus": "UPDATE_IN_PROGRESS"}
    monkeypatch.setattr("slipway.install.describe", lambda *_: described)
    with pytest.raises(BadInput, match=r"is being changed \(UPDATE_IN_PROGRESS\); destroy it once that is done"):
        destruction.plan(target, PREFIX, Options())


@pytest.fixture
def nested(target: Target) -> Iterator[str]:
    """A root stack with a part that holds a policy, which somebody has attached; the policy's ARN."""
    s3, iam, cloudformation = target.client("s3"), target.client("iam"), target.client("cloudformation")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
    boundary = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    s3.create_bucket(Bucket="destroy-templates")
    s3.put_object(Bucket="destroy-templates", Key="access.json", Body=json.dumps({"Resources": {"Boundary": boundary}}))
    url = f"{s3.meta.endpoint_url}/destroy-templates/access.json"
    access = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    cloudformation.create_stack(
        StackName=ROOT, TemplateBody=json.dumps({"Resources": {"Access": access}}), Capabilities=["CAPABILITY_IAM"]
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=ROOT, WaiterConfig={"Delay": 1})
    policies = iam.list_policies(Scope="Local")["Policies"]
    (arn,) = [policy["Arn"] for policy in policies if policy["PolicyName"].startswith(f"{ROOT}-Access-")]
    iam.create_user(UserName="destroy-auditor")
    iam.attach_user_policy(UserName="destroy-auditor", PolicyArn=arn)
    yield arn
    iam.delete_user(UserName="destroy-auditor")


def test_a_stack_that_cannot_be_deleted_names_the_resource_in_its_part_and_the_next_one_goes_on(
    target: Target, nested: str
) -> None:
    with pytest.raises(LaunchFailed) as failed:
        destruction.carry_out(destruction.plan(target, ROOT, Options()), lambda _: None, lambda _: None)
    begins = f"stack {ROOT} was not deleted (DELETE_FAILED): Boundary (AWS::IAM::ManagedPolicy) in stack {ROOT}-Access-"
    assert str(failed.value).startswith(begins)
    assert "attached" in str(failed.value)
    assert str(failed.value).endswith(f"then `slipway destroy --stack {ROOT}` again, which goes on where this one was")
    target.client("iam").detach_user_policy(UserName="destroy-auditor", PolicyArn=nested)
    planned = destruction.plan(target, ROOT, Options())
    assert (ROOT, "DELETE_FAILED") in [(item.name, item.note) for item in planned.removed]
    events: list[str] = []
    left = destruction.carry_out(
        planned, lambda _: None, lambda event: events.append(f"{event.logical_id} {event.status}")
    )
    assert left == []
    assert {f"{ROOT} DELETE_COMPLETE", "Boundary DELETE_COMPLETE"} <= set(events)


def test_a_deletion_that_goes_on_is_waited_for(target: Target) -> None:
    cloudformation = target.client("cloudformation")
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    cloudformation.create_stack(StackName=f"{ROOT}-production", TemplateBody=json.dumps(topic))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=f"{ROOT}-production", WaiterConfig={"Delay": 1})
    planned = destruction.plan(target, ROOT, Options())
    assert f"{ROOT}-production" in [item.name for item in planned.removed]
    cloudformation.delete_stack(StackName=f"{ROOT}-production")
    assert destruction.carry_out(planned, lambda _: None, lambda _: None) == []


def test_model_packages_are_kept_when_it_is_said_so_and_go_with_their_group_the_next_time(target: Target) -> None:
    sagemaker = target.client("sagemaker")
    arn = sagemaker.create_model_package_group(ModelPackageGroupName=ROOT)["ModelPackageGroupArn"]
    container = {"Image": IMAGE, "ModelDataUrl": "s3://nowhere/model.tar.gz"}
    specification = {"Containers": [container], "SupportedContentTypes": ["text/csv"]}
    sagemaker.create_model_package(
        ModelPackageGroupName=ROOT,
        InferenceSpecification={**specification, "SupportedResponseMIMETypes": ["text/csv"]},
    )
    keeping = destruction.plan(target, ROOT, Options(keep_model_packages=True))
    assert [(item.name, item.note) for item in keeping.kept] == [(ROOT, "1 version")]
    assert destruction.carry_out(keeping, lambda _: None, lambda _: None) == []
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "Keep", "Value": "true"}]
    said: list[str] = []
    assert destruction.carry_out(destruction.plan(target, ROOT, Options()), said.append, lambda _: None) == []
    assert said == [f"model package group {ROOT}: removed"]


@pytest.mark.specification("docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html")
def test_images_that_no_stack_has_any_more_are_counted_and_go(target: Target) -> None:
    name = f"{ROOT}-source-1abc-images-2def"
    target.client("ecr").create_repository(repositoryName=name)
    planned = destruction.plan(target, ROOT, Options())
    assert planned.removed == [Item("image repository", name, "0 images")]
    said: list[str] = []
    assert destruction.carry_out(planned, said.append, lambda _: None) == []
    assert said == [f"image repository {name}: removed"]


@pytest.mark.specification("docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html")
def test_what_scaled_an_endpoint_that_was_deleted_by_hand_goes_and_that_of_another_install_stays(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{ROOT}-production", f"{ROOT}-eu-production"]
    scaled = [{"ResourceId": f"endpoint/{name}/variant/main", "ScalableDimension": "d"} for name in names]
    gone: list[str] = []

    class Scaling:
        def can_paginate(self, _: str) -> bool:
            return True

        def get_paginator(self, _: str) -> Scaling:
            return self

        def paginate(self, **_: str) -> list[dict[str, Any]]:
            return [{"ScalableTargets": [one for one in scaled if one["ResourceId"] not in gone]}]

        def deregister_scalable_target(self, **call: str) -> None:
            gone.append(call["ResourceId"])

    monkeypatch.setitem(target._clients, "application-autoscaling", Scaling())
    planned = destruction.plan(target, ROOT, Options())
    assert planned.removed == [Item("scalable target", f"{ROOT}-production")]
    assert destruction.carry_out(planned, lambda _: None, lambda _: None) == []
    assert gone == [f"endpoint/{ROOT}-production/variant/main"]


def test_a_bucket_of_more_versions_than_a_page_has_is_emptied(storage: Target) -> None:
    """A page ends within the versions of a key, and what it ends with is removed before the next one is asked for."""
    _delete_stack(storage)
    bucket = data.find(storage, PREFIX).buckets[0].name
    s3 = storage.client("s3")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: s3.put_object(Bucket=bucket, Key=f"{number % 3}", Body=b"1"), range(1100)))
    planned = destruction.plan(storage, PREFIX, Options(delete_data=True))
    assert f"{bucket}: 1,100 object versions, 1,100 bytes" in [f"{one.name}: {one.note}" for one in planned.removed]
    assert destruction.carry_out(planned, lambda _: None, lambda _: None) == []
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=bucket)
