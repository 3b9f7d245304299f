"""AWS::SageMaker::ModelPackageGroup.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-modelpackagegroup.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resources.sagemaker.common import gone_is_success, name_of, set_tags


def create_group(call: ResourceCall) -> Created:
    """AWS::SageMaker::ModelPackageGroup."""
    client = call.caller.client("sagemaker")
    group_arn = client.create_model_package_group(**call.properties)["ModelPackageGroupArn"]
    return _group(call, group_arn)


def update_group(call: ResourceCall) -> Created:
    """Only tags change in place."""
    set_tags(call)
    return _group(call, call.physical_id)


def _group(call: ResourceCall, group_arn: str) -> Created:
    name = group_arn.rsplit("/", 1)[-1]
    found = call.caller.client("sagemaker").describe_model_package_group(ModelPackageGroupName=name)
    return Created(
        group_arn,
        {
            "ModelPackageGroupArn": group_arn,
            "ModelPackageGroupStatus": found["ModelPackageGroupStatus"],
            "CreationTime": found["CreationTime"].isoformat(),
        },
    )


def delete_group(call: ResourceCall) -> None:
    """Delete the group, which must be empty."""
    client = call.caller.client("sagemaker")
    gone_is_success(lambda: client.delete_model_package_group(ModelPackageGroupName=name_of(call)))


RESOURCES = {
    "AWS::SageMaker::ModelPackageGroup": ResourceType(
        create_group,
        update_group,
        delete_group,
        honours=frozenset({"ModelPackageGroupDescription", "ModelPackageGroupName", "Tags"}),
        refuses={"ModelPackageGroupPolicy": "within one account, identity policies decide"},
    ),
}
