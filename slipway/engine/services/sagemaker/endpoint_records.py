"""Endpoint records and how they change; every change of status is an event."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import events
from slipway.engine.services.sagemaker.hosting.capture import summary
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.service import arn, find, now, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

TABLE = "endpoints"
_REASON_CHARACTERS = 1024
_SERVERLESS = ("CurrentServerlessConfig", "DesiredServerlessConfig")


def find_endpoint(engine: Engine, name: str) -> dict[str, Any]:
    """The endpoint's record, or SageMaker's error."""
    return find(engine, TABLE, name, f'Could not find endpoint "{arn(engine, "endpoint", name)}".')


def change(engine: Engine, name: str, alter: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Alter the record; a change of status, or of what its instances are doing, is also an event."""
    before = table(engine, TABLE)[name]

    def stamped(record: dict[str, Any]) -> None:
        alter(record)
        record["LastModifiedTime"] = now()

    after = table(engine, TABLE).change(name, stamped)
    if after["EndpointStatus"] != before["EndpointStatus"]:
        announce(engine, after)
    if _doing(after) not in ([], _doing(before)):
        announce(engine, after, "Endpoint Deployment")
    return after


def _doing(record: dict[str, Any]) -> list[Any]:
    """The `VariantStatus` of each variant, those of a pending deployment included."""
    pending = (record.get("PendingDeploymentSummary") or {}).get("ProductionVariants") or []
    variants = [*(record.get("ProductionVariants") or []), *pending]
    return [variant["VariantStatus"] for variant in variants if variant.get("VariantStatus")]


def announce(engine: Engine, record: dict[str, Any], what: str = "Endpoint") -> None:
    """The event of the endpoint's present status, which events spell `IN_SERVICE`.

    docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html#eventbridge-endpoint
    docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html#eventbridge-deployment-state
    """
    status = re.sub(r"(?<!^)(?=[A-Z])", "_", record["EndpointStatus"]).upper()
    events.state_change(engine, what, {**record, "EndpointStatus": status}, record["EndpointArn"])


def set_status(engine: Engine, name: str, status: str, reason: str = "") -> None:
    """Change the status; a reason stays until the next update begins."""

    def alter(record: dict[str, Any]) -> None:
        record["EndpointStatus"] = status
        if reason:
            record["FailureReason"] = reason[:_REASON_CHARACTERS]

    change(engine, name, alter)


def variant_record(plan: VariantPlan) -> dict[str, Any]:
    """A variant as DescribeEndpoint answers it.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantSummary.html
    """
    return {
        "VariantName": plan.name,
        "DeployedImages": [
            {"SpecifiedImage": container.image, "ResolvedImage": container.image, "ResolutionTime": now()}
            for container in plan.containers
        ],
        "CurrentWeight": plan.weight,
        "DesiredWeight": plan.weight,
        "CurrentInstanceCount": plan.count,
        "DesiredInstanceCount": plan.count,
        **({} if plan.serverless is None else dict.fromkeys(_SERVERLESS, plan.serverless)),
    }


def set_images(record: dict[str, Any], images: dict[str, list[str]]) -> None:
    """Show by which digest each image of each variant runs.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeployedImage.html
    """
    for variant in record["ProductionVariants"]:
        for deployed, digest in zip(variant["DeployedImages"], images[variant["VariantName"]], strict=True):
            deployed.update(ResolvedImage=digest, ResolutionTime=now())


def variant_named(record: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The variant of that name, if the endpoint has one."""
    variants: list[dict[str, Any]] = record["ProductionVariants"]
    return next((variant for variant in variants if variant["VariantName"] == name), None)


def set_capture(record: dict[str, Any], config: dict[str, Any] | None) -> None:
    """Keep the data capture in force: the summary to be seen, the configuration to be resumed with."""
    record["_capture"] = config
    record.pop("DataCaptureConfig", None)
    if config is not None:
        record["DataCaptureConfig"] = summary(config)
