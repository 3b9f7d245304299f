"""An endpoint under autoscaling may change its models, never the instance type of a scaled variant.

docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.hosting import plan as plans_of
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.service import PRINCIPAL, invalid

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


def check_instance_types(engine: Engine, record: dict[str, Any], plans: list[VariantPlan]) -> None:
    """Refuse an update that removes a scaled variant or changes its instance type."""
    new = {plan.name: plan.instance_type for plan in plans}
    changed = [old.name for old in plans_of.from_json(record["_plan"]) if new.get(old.name, "") != old.instance_type]
    scaled = [name for name in changed if _is_scalable_target(engine, record["EndpointName"], name)]
    if scaled:
        raise invalid(
            f'Cannot update endpoint "{record["EndpointArn"]}": it changes the instance type of, or removes, the '
            f"variant(s) {', '.join(scaled)}, which are registered with Application Auto Scaling. Deregister the "
            "scalable target, update the endpoint, then register it again."
        )


def _is_scalable_target(engine: Engine, endpoint: str, variant: str) -> bool:
    answer = (
        engine.as_service(PRINCIPAL)
        .client("application-autoscaling")
        .describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[f"endpoint/{endpoint}/variant/{variant}"])
    )
    return bool(answer["ScalableTargets"])
