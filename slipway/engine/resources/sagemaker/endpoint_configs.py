"""AWS::SageMaker::EndpointConfig.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpointconfig.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resources.sagemaker.common import NO_VPC, gone_is_success, name_of, set_tags


def create_endpoint_config(call: ResourceCall) -> Created:
    """AWS::SageMaker::EndpointConfig. `Ref` is its ARN."""
    name = call.properties.get("EndpointConfigName") or call.physical_name()
    properties = {**call.properties, "EndpointConfigName": name}
    config_arn = call.caller.client("sagemaker").create_endpoint_config(**properties)["EndpointConfigArn"]
    return Created(config_arn, {"EndpointConfigName": name, "EndpointConfigArn": config_arn})


def update_endpoint_config(call: ResourceCall) -> Created:
    """Only tags change in place."""
    set_tags(call)
    return Created(call.physical_id, {"EndpointConfigName": name_of(call), "EndpointConfigArn": call.physical_id})


def delete_endpoint_config(call: ResourceCall) -> None:
    """Delete the configuration."""
    gone_is_success(lambda: call.caller.client("sagemaker").delete_endpoint_config(EndpointConfigName=name_of(call)))


_NOTIFICATION = "AsyncInferenceConfig.OutputConfig.NotificationConfig"
_NOT_IN_VARIANTS = {
    "CapacityReservationConfig": "an instance is a process of this machine",
    "CoreDumpConfig": "core dumps are not kept",
    "EnableSSMAccess": "an instance is a process of this machine",
    "InferenceAmiVersion": "an instance is a process of this machine",
    "InstancePools": "a variant has instances of one type",
    "ManagedInstanceScaling": "Application Auto Scaling scales variants",
    "RoutingConfig.PrefixAwareRoutingConfig": "routing is random or by outstanding requests",
    "VariantInstanceProvisionTimeoutInSeconds": "an instance is there at once",
}
RESOURCES = {
    "AWS::SageMaker::EndpointConfig": ResourceType(
        create_endpoint_config,
        update_endpoint_config,
        delete_endpoint_config,
        honours=frozenset(
            {"AsyncInferenceConfig", "DataCaptureConfig", "EndpointConfigName", "ProductionVariants", "Tags"}
        ),
        without_effect={"KmsKeyId": "volumes are not encrypted"},
        refuses={
            f"{_NOTIFICATION}.IncludeInferenceResponseIn": "a notification says where the response is",
            "EnableNetworkIsolation": "isolation is a model's",
            "ExecutionRoleArn": "there are no inference components",
            "ExplainerConfig": "predictions are not explained",
            "MetricsConfig": "metrics are those of an invocation",
            "ShadowProductionVariants": "requests go to one variant",
            "VpcConfig": NO_VPC,
            **{f"ProductionVariants.{path}": why for path, why in _NOT_IN_VARIANTS.items()},
        },
    ),
}
