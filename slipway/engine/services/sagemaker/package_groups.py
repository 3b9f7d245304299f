"""The model registry: the operations on model package groups.

docs.aws.amazon.com/sagemaker/latest/dg/model-registry-model-group.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import tags
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.refusal import accept_only
from slipway.engine.services.sagemaker.registry_records import GROUPS, find_group, packages_of, short_name
from slipway.engine.services.sagemaker.service import SERVICE, arn, invalid, named, now, pick, rendered, table

if TYPE_CHECKING:
    from slipway.engine.service import Call

_GROUPS = Listing("ModelPackageGroupSummaryList", "ModelPackageGroupName")


def _group(call: Call) -> str:
    return call.arn(f"model-package-group/{short_name(call.params['ModelPackageGroupName'])}")


@SERVICE.operation("CreateModelPackageGroup", resource=named("model-package-group", "ModelPackageGroupName"))
def create_model_package_group(call: Call) -> dict[str, Any]:
    """Register a group; docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html."""
    accept_only(
        "CreateModelPackageGroup", call.params, ("ModelPackageGroupName", "ModelPackageGroupDescription", "Tags")
    )
    name = call.params["ModelPackageGroupName"]
    group_arn = arn(call.engine, "model-package-group", name)
    tags.check(call, group_arn)
    record = {
        **pick(call.params, "ModelPackageGroupName", "ModelPackageGroupDescription"),
        "ModelPackageGroupArn": group_arn,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": now(),
        "CreatedBy": {},
        "_versions": 0,
    }
    if not table(call.engine, GROUPS).claim(name, record):
        raise invalid(f"Model Package Group already exists: {group_arn}")
    tags.put(call.engine, group_arn, call.params.get("Tags", []))
    return {"ModelPackageGroupArn": group_arn}


@SERVICE.operation("DescribeModelPackageGroup", resource=_group)
def describe_model_package_group(call: Call) -> dict[str, Any]:
    """One group; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackageGroup.html."""
    return rendered(find_group(call.engine, call.params["ModelPackageGroupName"]))


@SERVICE.operation("ListModelPackageGroups")
def list_model_package_groups(call: Call) -> dict[str, Any]:
    """One page; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackageGroups.html."""
    members = (
        "ModelPackageGroupName",
        "ModelPackageGroupArn",
        "ModelPackageGroupDescription",
        "CreationTime",
        "ModelPackageGroupStatus",
    )
    return _GROUPS.page(table(call.engine, GROUPS).values(), call.params, lambda record: pick(record, *members))


@SERVICE.operation("DeleteModelPackageGroup", resource=_group)
def delete_model_package_group(call: Call) -> None:
    """Forget an empty group; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackageGroup.html."""
    record = find_group(call.engine, call.params["ModelPackageGroupName"])
    name = record["ModelPackageGroupName"]
    if packages_of(call.engine, name):
        raise AwsError(
            "ConflictException",
            f"Cannot delete Model Package Group {record['ModelPackageGroupArn']}: it still has model packages",
            status=400,
        )
    del table(call.engine, GROUPS)[name]
    tags.drop(call.engine, record["ModelPackageGroupArn"])
