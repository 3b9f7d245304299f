"""The model registry and tags as a caller sees them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import IMAGE, ROLE, Hosted, Sagemaker, model_archive

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html")


@pytest.fixture
def client(sagemaker: Sagemaker) -> Any:
    return sagemaker.client("sagemaker")


@pytest.fixture
def group(client: Any) -> str:
    name = f"group-{uuid.uuid4().hex[:8]}"
    client.create_model_package_group(ModelPackageGroupName=name, ModelPackageGroupDescription="Churn")
    return name


def package(client: Any, group: str, **more: Any) -> str:
    """A new version; its ARN."""
    containers = [{"Image": IMAGE, "ModelDataUrl": "s3://sagemaker-tests/packaged/model.tar.gz"}]
    specification = {"Containers": containers, "SupportedContentTypes": ["text/csv"]}
    answer = client.create_model_package(
        ModelPackageGroupName=group, InferenceSpecification={**specification, "SupportedResponseMIMETypes": []}, **more
    )
    return str(answer["ModelPackageArn"])


def test_versions_are_numbered_and_a_number_is_used_once(client: Any, group: str) -> None:
    first, second = package(client, group), package(client, group)
    assert (first.rsplit("/", 1)[-1], second.rsplit("/", 1)[-1]) == ("1", "2")
    client.delete_model_package(ModelPackageName=second)
    assert package(client, group).endswith(f"model-package/{group}/3")


def test_a_new_version_waits_for_approval_and_can_be_approved(client: Any, group: str) -> None:
    arn = package(client, group)
    assert client.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"] == "PendingManualApproval"
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good")
    described = client.describe_model_package(ModelPackageName=arn)
    assert (described["ModelApprovalStatus"], described["ApprovalDescription"]) == ("Approved", "good")
    listed = client.list_model_packages(ModelPackageGroupName=group, ModelApprovalStatus="Approved")
    assert [item["ModelPackageArn"] for item in listed["ModelPackageSummaryList"]] == [arn]


def test_versions_are_listed_newest_first(client: Any, group: str) -> None:
    arns = [package(client, group) for _ in range(3)]
    listed = client.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert [item["ModelPackageArn"] for item in listed] == arns[::-1]


def test_metadata_is_added_and_removed(client: Any, group: str) -> None:
    arn = package(client, group, CustomerMetadataProperties={"a": "1", "b": "2"})
    client.update_model_package(
        ModelPackageArn=arn, CustomerMetadataProperties={"c": "3"}, CustomerMetadataPropertiesToRemove=["a"]
    )
    assert client.describe_model_package(ModelPackageName=arn)["CustomerMetadataProperties"] == {"b": "2", "c": "3"}


def test_the_same_client_token_makes_one_version(client: Any, group: str) -> None:
    token = uuid.uuid4().hex
    assert package(client, group, ClientToken=token) == package(client, group, ClientToken=token)


def test_a_version_uses_its_groups_tags(client: Any, group: str) -> None:
    with pytest.raises(ClientError, match="uses the group's tags; give no Tags with ModelPackageGroupName"):
        package(client, group, Tags=[{"Key": "a", "Value": "1"}])


def test_a_group_with_versions_is_not_deleted(client: Any, group: str) -> None:
    arn = package(client, group)
    with pytest.raises(ClientError, match="it still has model packages") as error:
        client.delete_model_package_group(ModelPackageGroupName=group)
    assert error.value.response["Error"]["Code"] == "ConflictException"
    client.delete_model_package(ModelPackageName=arn)
    client.delete_model_package_group(ModelPackageGroupName=group)
    with pytest.raises(ClientError, match=f"ModelPackageGroup .*{group} does not exist"):
        client.describe_model_package_group(ModelPackageGroupName=group)


def test_only_an_approved_package_becomes_a_model(hosted: Hosted, client: Any, group: str) -> None:
    hosted.account.put("packaged/model.tar.gz", model_archive("packaged"))
    arn = package(client, group)
    model = {"ModelName": f"m-{group}", "PrimaryContainer": {"ModelPackageName": arn}, "ExecutionRoleArn": ROLE}
    with pytest.raises(ClientError, match="its approval status is PendingManualApproval, and only Approved packages"):
        client.create_model(**model)
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    assert client.create_model(**model)["ModelArn"].endswith(f"model/m-{group}")


def test_tags_are_kept_with_what_they_name(client: Any) -> None:
    name = f"group-{uuid.uuid4().hex[:8]}"
    arn = client.create_model_package_group(ModelPackageGroupName=name, Tags=[{"Key": "team", "Value": "a"}])[
        "ModelPackageGroupArn"
    ]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": "1"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["cost"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "b"}]
    client.delete_model_package_group(ModelPackageGroupName=name)
    with pytest.raises(ClientError, match="Resource does not exist"):
        client.list_tags(ResourceArn=arn)


def test_an_operation_that_is_not_executed_is_refused_by_name(client: Any) -> None:
    with pytest.raises(ClientError, match="does not execute sagemaker:ListLabelingJobs"):
        client.list_labeling_jobs()
