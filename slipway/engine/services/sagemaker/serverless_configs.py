"""What a serverless variant may be: the features that it excludes are refused as SageMaker refuses them.

docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions
docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.model_containers import resolved
from slipway.engine.services.sagemaker.models import find_model
from slipway.engine.services.sagemaker.service import invalid

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.services.sagemaker.hosting.plan import VariantPlan

_MEMORY_STEP = 1024
_OF_INSTANCES = (
    "InitialInstanceCount",
    "InstanceType",
    "VolumeSizeInGB",
    "ModelDataDownloadTimeoutInSeconds",
    "ContainerStartupHealthCheckTimeoutInSeconds",
    "RoutingConfig",
)
_EXCLUDED = ("DataCaptureConfig", "AsyncInferenceConfig")


def check(engine: Engine, params: dict[str, Any]) -> None:
    """Refuse a configuration with a serverless variant that is more than one may be."""
    variants = params["ProductionVariants"]
    if not any("ServerlessConfig" in variant for variant in variants):
        return
    if len(variants) > 1:
        raise invalid("Serverless endpoints do not support multiple production variants")
    for member in _EXCLUDED:
        if member in params:
            raise invalid(f"Serverless endpoints do not support {member}")
    for member in _OF_INSTANCES:
        if member in variants[0]:
            raise invalid(f"{member} may not be given with a ServerlessConfig")
    if variants[0]["ServerlessConfig"]["MemorySizeInMB"] % _MEMORY_STEP:
        raise invalid("MemorySizeInMB must be one of 1024, 2048, 3072, 4096, 5120 and 6144")
    check_concurrency(variants[0]["ServerlessConfig"])
    _check_model(engine, find_model(engine, variants[0]["ModelName"]))


def check_concurrency(config: dict[str, int]) -> None:
    """What is provisioned cannot be more than what is allowed at once."""
    if config.get("ProvisionedConcurrency", 0) > config["MaxConcurrency"]:
        raise invalid("ProvisionedConcurrency must be less than or equal to MaxConcurrency")


def _check_model(engine: Engine, model: dict[str, Any]) -> None:
    containers = resolved(engine, model)
    excluded = {
        "inference pipelines": len(containers) > 1,
        "multi-model endpoints": any(container.cache for container in containers),
        "a VPC configuration": "VpcConfig" in model,
        "network isolation": model.get("EnableNetworkIsolation", False),
    }
    for feature, asked in excluded.items():
        if asked:
            raise invalid(f"Serverless endpoints do not support {feature} (model {model['ModelName']})")


def check_update(old: list[VariantPlan], new: list[VariantPlan]) -> None:
    """A serverless endpoint may get instances, and never the other way round."""
    if any(plan.serverless for plan in new) and not any(plan.serverless for plan in old):
        raise invalid("Cannot update an instance-based endpoint to a serverless endpoint")
