"""What a deployment is to run, variant by variant.

Worked out once, from the endpoint configuration and its models, and kept with the endpoint as JSON: an endpoint serves
on when its configuration or a model is deleted, also through a restart of the engine.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.endpoint_configs import find_config
from slipway.engine.services.sagemaker.hosting.serverless import STARTUP_SECONDS
from slipway.engine.services.sagemaker.model_containers import ModelContainer, is_direct, resolved
from slipway.engine.services.sagemaker.models import find_model
from slipway.engine.services.sagemaker.quota import ENDPOINT_USAGE, check_instances

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_STARTUP_SECONDS = 240


@dataclass(frozen=True)
class VariantPlan:
    """One variant: which model, on how many instances, with what weight; or its ServerlessConfig, and no instances."""

    name: str
    model_name: str
    role_arn: str
    containers: tuple[ModelContainer, ...]
    direct: bool
    isolated: bool
    instance_type: str
    count: int
    weight: float
    startup_seconds: int
    least_outstanding: bool
    serverless: dict[str, int] | None


def make(engine: Engine, config_name: str) -> list[VariantPlan]:
    """The plan of an endpoint configuration, with its initial counts and weights."""
    return [_variant(engine, variant) for variant in find_config(engine, config_name)["ProductionVariants"]]


def _variant(engine: Engine, variant: dict[str, Any]) -> VariantPlan:
    model = find_model(engine, variant["ModelName"])
    check_instances(variant.get("InitialInstanceCount", 0), variant.get("InstanceType", ""), ENDPOINT_USAGE)
    serverless = variant.get("ServerlessConfig")
    allowed = _STARTUP_SECONDS if serverless is None else STARTUP_SECONDS
    routing = variant.get("RoutingConfig", {}).get("RoutingStrategy", "RANDOM")
    return VariantPlan(
        name=variant["VariantName"],
        model_name=variant["ModelName"],
        role_arn=model["ExecutionRoleArn"],
        containers=tuple(resolved(engine, model)),
        direct=is_direct(model),
        isolated=model.get("EnableNetworkIsolation", False),
        instance_type=variant.get("InstanceType", ""),
        count=variant.get("InitialInstanceCount", 0),
        weight=float(variant.get("InitialVariantWeight", 1.0)),
        startup_seconds=variant.get("ContainerStartupHealthCheckTimeoutInSeconds", allowed),
        least_outstanding=routing == "LEAST_OUTSTANDING_REQUESTS",
        serverless=serverless,
    )


def to_json(plans: list[VariantPlan]) -> list[dict[str, Any]]:
    """As kept with the endpoint."""
    return [asdict(plan) for plan in plans]


def from_json(records: list[dict[str, Any]]) -> list[VariantPlan]:
    """As read back."""
    return [
        VariantPlan(**{**record, "containers": tuple(ModelContainer(**item) for item in record["containers"])})
        for record in records
    ]
