"""A variant's instance count: read by DescribeEndpoint, changed by UpdateEndpointWeightsAndCapacities.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.engine.services.application_autoscaling import linked_role
from slipway.engine.services.application_autoscaling.service import endpoint_and_variant

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


@dataclass(frozen=True)
class Capacity:
    """Instances of a variant now and wanted; `settled` when its endpoint is InService and has what was wanted."""

    current: int
    desired: int
    status: str
    failure: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing is under way."""
        return self.status == "InService" and self.current == self.desired


def read(engine: Engine, resource_id: str) -> Capacity | None:
    """The variant's capacity; None when there is no such variant."""
    endpoint, variant = endpoint_and_variant(resource_id)
    try:
        answer = linked_role.session(engine).client("sagemaker").describe_endpoint(EndpointName=endpoint)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationException":
            return None
        raise
    for found in answer.get("ProductionVariants", []):
        if found["VariantName"] == variant:
            current = int(found.get("CurrentInstanceCount", 0))
            desired = int(found.get("DesiredInstanceCount", current))
            return Capacity(current, desired, answer["EndpointStatus"], answer.get("FailureReason", ""))
    return None


def change(engine: Engine, resource_id: str, count: int) -> None:
    """Ask for `count` instances; ClientError when SageMaker refuses."""
    endpoint, variant = endpoint_and_variant(resource_id)
    linked_role.session(engine).client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": variant, "DesiredInstanceCount": count}],
    )
