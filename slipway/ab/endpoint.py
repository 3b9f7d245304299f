"""The production endpoint as it runs: its variants, their shares of the requests, and what it keeps of its answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slipway.ab.comparison import CANDIDATE, CHAMPION
from slipway.ab.production import Production, TrialFailed

POLL_SECONDS = 0.2
POLL_SECONDS_AWS = 5.0


@dataclass(frozen=True)
class Variant:
    """A variant, its weight, and how many instances it has."""

    name: str
    weight: float
    instances: int


@dataclass(frozen=True)
class Live:
    """The endpoint in service. `capture` is the folder of its captured data, "" when it keeps none."""

    variants: dict[str, Variant]
    capture: str
    sampling: int
    since: datetime
    """When its configuration was made, which is when a test began."""

    def share(self, name: str) -> float:
        """A variant's share of the requests."""
        return share(self.variants, name)


def variants(described: dict[str, Any]) -> dict[str, Variant]:
    """The variants that DescribeEndpoint tells of, by their names; none while the endpoint is being made."""
    return {
        one["VariantName"]: Variant(one["VariantName"], one["CurrentWeight"], one["CurrentInstanceCount"])
        for one in described.get("ProductionVariants", [])
    }


def share(found: dict[str, Variant], name: str) -> float:
    """One of these variants' share of the requests."""
    whole = sum(variant.weight for variant in found.values())
    return found[name].weight / whole if whole else 0.0


def told(found: dict[str, Variant]) -> dict[str, dict[str, float]]:
    """Variants for machines."""
    return {
        name: {"weight": variant.weight, "share": share(found, name), "instances": variant.instances}
        for name, variant in found.items()
    }


def of(production: Production) -> Live:
    """What runs; TrialFailed when the endpoint is not in service."""
    sagemaker = production.install.target.client("sagemaker")
    described = _in_service(production)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
    capture = described.get("DataCaptureConfig", {})
    enabled = capture.get("EnableCapture", False)
    return Live(
        variants(described),
        f"{capture['DestinationS3Uri'].rstrip('/')}/{production.endpoint}" if enabled else "",
        capture["CurrentSamplingPercentage"] if enabled else 0,
        config["CreationTime"],
    )


def weigh(production: Production, share: float) -> None:
    """Give the candidate this share of the requests at once; no instance changes.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html
    """
    _in_service(production)
    shares = {CHAMPION: 1 - share, CANDIDATE: share}
    production.install.target.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=production.endpoint,
        DesiredWeightsAndCapacities=[
            {"VariantName": name, "DesiredWeight": round(weight, 6)} for name, weight in shares.items()
        ],
    )
    _in_service(production)


def settled(production: Production) -> dict[str, Any]:
    """The endpoint once a change of it is over, also one by autoscaling: two at once are refused.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
    """
    target = production.install.target
    sagemaker = target.client("sagemaker")
    described = sagemaker.describe_endpoint(EndpointName=production.endpoint)
    while described["EndpointStatus"] not in ("InService", "Failed", "OutOfService", "UpdateRollbackFailed"):
        time.sleep(POLL_SECONDS if target.engine else POLL_SECONDS_AWS)
        described = sagemaker.describe_endpoint(EndpointName=production.endpoint)
    return dict(described)


def _in_service(production: Production) -> dict[str, Any]:
    described = settled(production)
    if described["EndpointStatus"] != "InService":
        reason = described.get("FailureReason", "no reason given")
        raise TrialFailed(f"endpoint {production.endpoint} is {described['EndpointStatus']}: {reason}")
    return described
