"""Endpoint configurations: made once, never changed.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import async_configs, serverless_configs, tags
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.models import find_model
from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.service import SERVICE, arn, find, invalid, named, now, pick, rendered, table
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call

ACCEPTED = (
    "EndpointConfigName",
    "Tags",
    "KmsKeyId",
    "DataCaptureConfig",
    "AsyncInferenceConfig.ClientConfig",
    "AsyncInferenceConfig.OutputConfig.KmsKeyId",
    "AsyncInferenceConfig.OutputConfig.S3OutputPath",
    "AsyncInferenceConfig.OutputConfig.S3FailurePath",
    "AsyncInferenceConfig.OutputConfig.NotificationConfig.SuccessTopic",
    "AsyncInferenceConfig.OutputConfig.NotificationConfig.ErrorTopic",
    "ProductionVariants.VariantName",
    "ProductionVariants.ModelName",
    "ProductionVariants.InitialInstanceCount",
    "ProductionVariants.InstanceType",
    "ProductionVariants.InitialVariantWeight",
    "ProductionVariants.VolumeSizeInGB",
    "ProductionVariants.ModelDataDownloadTimeoutInSeconds",
    "ProductionVariants.ContainerStartupHealthCheckTimeoutInSeconds",
    "ProductionVariants.RoutingConfig.RoutingStrategy",
    "ProductionVariants.ServerlessConfig",
)
TABLE = "endpoint-configs"
_LISTING = Listing("EndpointConfigs", "EndpointConfigName")


def find_config(engine: Engine, name: str) -> dict[str, Any]:
    """The configuration's record, or SageMaker's error."""
    message = f'Could not find endpoint configuration "{arn(engine, "endpoint-config", name)}".'
    return find(engine, TABLE, name, message)


@SERVICE.operation("CreateEndpointConfig", resource=named("endpoint-config", "EndpointConfigName"))
def create_endpoint_config(call: Call) -> dict[str, Any]:
    """Register a configuration whose models exist."""
    params = call.params
    accept_only("CreateEndpointConfig", params, ACCEPTED)
    async_configs.check_output(params)
    _check_variants(call.engine, params["ProductionVariants"])
    serverless_configs.check(call.engine, params)
    async_configs.check_models(call.engine, params)
    if "DataCaptureConfig" in params:
        Location.parse(params["DataCaptureConfig"]["DestinationS3Uri"])
    config_arn = arn(call.engine, "endpoint-config", params["EndpointConfigName"])
    tags.check(call, config_arn)
    record = {key: value for key, value in params.items() if key != "Tags"}
    record |= {"EndpointConfigArn": config_arn, "CreationTime": now()}
    if not table(call.engine, TABLE).claim(params["EndpointConfigName"], record):
        raise invalid(f'Cannot create already existing endpoint configuration "{config_arn}".')
    tags.put(call.engine, config_arn, params.get("Tags", []))
    return {"EndpointConfigArn": config_arn}


def _check_variants(engine: Engine, variants: list[dict[str, Any]]) -> None:
    names = [variant["VariantName"] for variant in variants]
    if len(set(names)) != len(names):
        raise invalid("Variant names must be unique within an endpoint configuration")
    for index, variant in enumerate(variants):
        where = f"ProductionVariants[{index}]"
        needed = (
            ("ModelName",) if "ServerlessConfig" in variant else ("ModelName", "InstanceType", "InitialInstanceCount")
        )
        for member in needed:
            if member not in variant:
                raise invalid(f"{where} must give a {member}")
        strategy = variant.get("RoutingConfig", {}).get("RoutingStrategy", "RANDOM")
        known = ("RANDOM", "LEAST_OUTSTANDING_REQUESTS")
        refuse_value("CreateEndpointConfig", f"{where}.RoutingConfig.RoutingStrategy", strategy, known)
        find_model(engine, variant["ModelName"])
    if not any(variant.get("InitialVariantWeight", 1.0) > 0 for variant in variants):
        raise invalid("At least one production variant must have an InitialVariantWeight above 0")


@SERVICE.operation("DescribeEndpointConfig", resource=named("endpoint-config", "EndpointConfigName"))
def describe_endpoint_config(call: Call) -> dict[str, Any]:
    """One configuration; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpointConfig.html."""
    return rendered(find_config(call.engine, call.params["EndpointConfigName"]))


@SERVICE.operation("ListEndpointConfigs")
def list_endpoint_configs(call: Call) -> dict[str, Any]:
    """One page; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpointConfigs.html."""
    return _LISTING.page(
        table(call.engine, TABLE).values(),
        call.params,
        lambda record: pick(record, "EndpointConfigName", "EndpointConfigArn", "CreationTime"),
    )


@SERVICE.operation("DeleteEndpointConfig", resource=named("endpoint-config", "EndpointConfigName"))
def delete_endpoint_config(call: Call) -> None:
    """Forget a configuration; an endpoint that was made from it serves on.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html
    """
    record = find_config(call.engine, call.params["EndpointConfigName"])
    del table(call.engine, TABLE)[call.params["EndpointConfigName"]]
    tags.drop(call.engine, record["EndpointConfigArn"])
