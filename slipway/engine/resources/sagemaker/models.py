"""AWS::SageMaker::Model.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-model.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resources.sagemaker.common import NO_VPC, gone_is_success, name_of, set_tags


def create_model(call: ResourceCall) -> Created:
    """AWS::SageMaker::Model. `Ref` is its ARN."""
    name = call.properties.get("ModelName") or call.physical_name()
    model_arn = call.caller.client("sagemaker").create_model(**{**call.properties, "ModelName": name})["ModelArn"]
    return Created(model_arn, {"ModelName": name, "ModelArn": model_arn})


def update_model(call: ResourceCall) -> Created:
    """Only tags change in place."""
    set_tags(call)
    return Created(call.physical_id, {"ModelName": name_of(call), "ModelArn": call.physical_id})


def delete_model(call: ResourceCall) -> None:
    """Delete the model."""
    gone_is_success(lambda: call.caller.client("sagemaker").delete_model(ModelName=name_of(call)))


_CONTAINERS = ("PrimaryContainer", "Containers")
_NOT_IN_CONTAINERS = {
    "ImageConfig.RepositoryAuthConfig": "images come from ECR",
    "InferenceSpecificationName": "a package has one inference specification",
    "ModelDataSource.S3DataSource.HubAccessConfig": "there is no hub",
    "ModelDataSource.S3DataSource.ModelAccessConfig": "there is no hub",
}
RESOURCES = {
    "AWS::SageMaker::Model": ResourceType(
        create_model,
        update_model,
        delete_model,
        honours=frozenset(
            {
                "EnableNetworkIsolation",
                "ExecutionRoleArn",
                "InferenceExecutionConfig",
                "ModelName",
                "Tags",
                *_CONTAINERS,
            }
        ),
        without_effect={"VpcConfig": NO_VPC},
        refuses={f"{holder}.{path}": why for holder in _CONTAINERS for path, why in _NOT_IN_CONTAINERS.items()},
    ),
}
