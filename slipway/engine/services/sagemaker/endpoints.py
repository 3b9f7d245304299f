"""Endpoints: the operations. What follows from them is in `hosting`.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import endpoint_records as records
from slipway.engine.services.sagemaker import tags
from slipway.engine.services.sagemaker.autoscaled import check_instance_types
from slipway.engine.services.sagemaker.endpoint_configs import find_config
from slipway.engine.services.sagemaker.hosting import lifecycle, policy
from slipway.engine.services.sagemaker.hosting import plan as plans_of
from slipway.engine.services.sagemaker.hosting.lifecycle import Update
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.quota import ENDPOINT_USAGE, check_instances
from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.serverless_configs import check_concurrency, check_update
from slipway.engine.services.sagemaker.service import SERVICE, arn, invalid, named, now, pick, rendered, table

if TYPE_CHECKING:
    from slipway.engine.service import Call

_LISTING = Listing("Endpoints", "EndpointName", "EndpointStatus")
_WEIGHTS = (
    "EndpointName",
    "DesiredWeightsAndCapacities.VariantName",
    "DesiredWeightsAndCapacities.DesiredWeight",
    "DesiredWeightsAndCapacities.DesiredInstanceCount",
    "DesiredWeightsAndCapacities.ServerlessUpdateConfig.MaxConcurrency",
    "DesiredWeightsAndCapacities.ServerlessUpdateConfig.ProvisionedConcurrency",
)


@SERVICE.operation(
    "CreateEndpoint",
    resource=lambda call: [
        call.arn(f"endpoint/{call.params['EndpointName']}"),
        call.arn(f"endpoint-config/{call.params['EndpointConfigName']}"),
    ],
)
def create_endpoint(call: Call) -> dict[str, Any]:
    """Register the endpoint and start its servers."""
    engine, name, config_name = call.engine, call.params["EndpointName"], call.params["EndpointConfigName"]
    if "DeploymentConfig" in call.params:
        policy.check("CreateEndpoint", call.params["DeploymentConfig"])
    config = find_config(engine, config_name)
    plans = plans_of.make(engine, config_name)
    endpoint_arn = arn(engine, "endpoint", name)
    tags.check(call, endpoint_arn)
    record: dict[str, Any] = {
        "EndpointName": name,
        "EndpointArn": endpoint_arn,
        "EndpointConfigName": config_name,
        "EndpointStatus": "Creating",
        "CreationTime": now(),
        "LastModifiedTime": now(),
        "ProductionVariants": [records.variant_record(plan) for plan in plans],
        "_plan": plans_of.to_json(plans),
    }
    records.set_capture(record, config.get("DataCaptureConfig"))
    if "AsyncInferenceConfig" in config:
        record["AsyncInferenceConfig"] = config["AsyncInferenceConfig"]
    if "DeploymentConfig" in call.params:
        record["LastDeploymentConfig"] = call.params["DeploymentConfig"]
    if not table(engine, records.TABLE).claim(name, record):
        raise invalid(f'Cannot create already existing endpoint "{endpoint_arn}".')
    tags.put(engine, endpoint_arn, call.params.get("Tags", []))
    records.announce(engine, record)
    lifecycle.begin(engine, name, lifecycle.create)
    return {"EndpointArn": endpoint_arn}


@SERVICE.operation(
    "UpdateEndpoint",
    resource=lambda call: [
        call.arn(f"endpoint/{call.params['EndpointName']}"),
        call.arn(f"endpoint-config/{call.params['EndpointConfigName']}"),
    ],
)
def update_endpoint(call: Call) -> dict[str, Any]:
    """Put a new configuration in the old one's place.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html
    """
    engine, name = call.engine, call.params["EndpointName"]
    record = records.find_endpoint(engine, name)
    update = _planned(call, record)
    check_instance_types(engine, record, update.plans)

    def start(record: dict[str, Any]) -> None:
        _require_in_service(record)
        record["EndpointStatus"] = "Updating"
        record.pop("FailureReason", None)
        record["PendingDeploymentSummary"] = _pending(update)

    records.change(engine, name, start)
    lifecycle.begin(engine, name, lifecycle.update, update)
    return {"EndpointArn": record["EndpointArn"]}


def _planned(call: Call, record: dict[str, Any]) -> Update:
    params = call.params
    config = find_config(call.engine, params["EndpointConfigName"])
    if config["EndpointConfigName"] == record["EndpointConfigName"]:
        raise invalid(
            "Cannot update endpoint: the endpoint configuration "
            f'"{config["EndpointConfigArn"]}" is already in use by it.'
        )
    deployment = record.get("LastDeploymentConfig") if params.get("RetainDeploymentConfig") else None
    deployment = params.get("DeploymentConfig", deployment)
    if deployment:
        policy.check("UpdateEndpoint", deployment)
        _require_same_variants(config, record)
    kept = _retained(params)
    plans = [_with_retained(plan, record, kept) for plan in plans_of.make(call.engine, params["EndpointConfigName"])]
    capture = record["_capture"] if "DataCaptureConfig" in kept else config.get("DataCaptureConfig")
    check_update(plans_of.from_json(record["_plan"]), plans)
    steps = policy.plan(deployment, max(1, min(plan.count for plan in plans)))
    asynchronous = config.get("AsyncInferenceConfig")
    if (asynchronous is None) != ("AsyncInferenceConfig" not in record):
        refuse_value("UpdateEndpoint", "AsyncInferenceConfig", "taken away or added", ("kept",))
    return Update(params["EndpointConfigName"], plans, capture, asynchronous, steps, deployment)


def _retained(params: dict[str, Any]) -> set[str]:
    """The variant properties that stay as they are.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html (RetainAllVariantProperties)
    """
    if not params.get("RetainAllVariantProperties", False):
        return set()
    left_out = {item["VariantPropertyType"] for item in params.get("ExcludeRetainedVariantProperties", [])}
    return {"DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig"} - left_out


def _with_retained(plan: VariantPlan, record: dict[str, Any], kept: set[str]) -> VariantPlan:
    variant = records.variant_named(record, plan.name)
    if variant is None:
        return plan
    scaled = "DesiredInstanceCount" in kept and plan.serverless is None and "DesiredServerlessConfig" not in variant
    count = variant["DesiredInstanceCount"] if scaled else plan.count
    weight = variant["DesiredWeight"] if "DesiredWeight" in kept else plan.weight
    return replace(plan, count=count, weight=weight)


def _require_same_variants(config: dict[str, Any], record: dict[str, Any]) -> None:
    new = sorted(variant["VariantName"] for variant in config["ProductionVariants"])
    old = sorted(variant["VariantName"] for variant in record["ProductionVariants"])
    if new != old:
        raise invalid(
            "A DeploymentConfig requires the production variants of both endpoint configurations to have the same "
            f"names; the endpoint has {', '.join(old)}, the new configuration {', '.join(new)}"
        )


def _require_in_service(record: dict[str, Any]) -> None:
    if record["EndpointStatus"] == "Failed":
        raise invalid(f'Cannot update failed endpoint "{record["EndpointArn"]}"; delete it and create it again.')
    if record["EndpointStatus"] != "InService":
        raise invalid(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')


def _pending(update: Update) -> dict[str, Any]:
    variants = [{**records.variant_record(plan), "CurrentInstanceCount": 0} for plan in update.plans]
    for variant in variants:
        variant["VariantStatus"] = [{"Status": "Creating", "StartTime": now()}]
    return {"EndpointConfigName": update.config_name, "ProductionVariants": variants, "StartTime": now()}


@SERVICE.operation("UpdateEndpointWeightsAndCapacities", resource=named("endpoint", "EndpointName"))
def update_endpoint_weights_and_capacities(call: Call) -> dict[str, Any]:
    """Change weights and counts of instances in place.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html
    """
    accept_only("UpdateEndpointWeightsAndCapacities", call.params, _WEIGHTS)
    engine, name, desired = call.engine, call.params["EndpointName"], call.params["DesiredWeightsAndCapacities"]
    records.find_endpoint(engine, name)

    def start(record: dict[str, Any]) -> None:
        _require_in_service(record)
        for item in desired:
            _desire(record, item)
        if not any(variant["DesiredWeight"] > 0 for variant in record["ProductionVariants"]):
            raise invalid("At least one production variant must have a weight above 0")
        record["EndpointStatus"] = "Updating"
        record.pop("FailureReason", None)

    record = records.change(engine, name, start)
    lifecycle.begin(engine, name, lifecycle.scale, desired)
    return {"EndpointArn": record["EndpointArn"]}


def _desire(record: dict[str, Any], item: dict[str, Any]) -> None:
    variant = records.variant_named(record, item["VariantName"])
    if variant is None:
        raise invalid(f'The variant "{item["VariantName"]}" does not exist in endpoint "{record["EndpointArn"]}".')
    least = 0 if "AsyncInferenceConfig" in record else 1
    if item.get("DesiredInstanceCount", least) < least:
        raise invalid(f"DesiredInstanceCount of variant {item['VariantName']} must be at least {least}")
    check_instances(item.get("DesiredInstanceCount", least), _instance_type(record, variant), ENDPOINT_USAGE)
    serverless = variant.get("DesiredServerlessConfig")
    if (serverless is None and "ServerlessUpdateConfig" in item) or (serverless and "DesiredInstanceCount" in item):
        raise invalid(f"Variant {item['VariantName']} has instances, or a ServerlessUpdateConfig, and not both")
    variant.update(pick(item, "DesiredWeight", "DesiredInstanceCount"))
    if serverless is not None:
        variant["DesiredServerlessConfig"] = {**serverless, **item.get("ServerlessUpdateConfig", {})}
        check_concurrency(variant["DesiredServerlessConfig"])


def _instance_type(record: dict[str, Any], variant: dict[str, Any]) -> str:
    plans = plans_of.from_json(record["_plan"])
    return next(plan.instance_type for plan in plans if plan.name == variant["VariantName"])


@SERVICE.operation("DescribeEndpoint", resource=named("endpoint", "EndpointName"))
def describe_endpoint(call: Call) -> dict[str, Any]:
    """One endpoint; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html."""
    return rendered(records.find_endpoint(call.engine, call.params["EndpointName"]))


@SERVICE.operation("ListEndpoints")
def list_endpoints(call: Call) -> dict[str, Any]:
    """One page; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html."""
    return _LISTING.page(table(call.engine, records.TABLE).values(), call.params, _summary)


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    return pick(record, "EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")


@SERVICE.operation("DeleteEndpoint", resource=named("endpoint", "EndpointName"))
def delete_endpoint(call: Call) -> None:
    """Drain and end the servers, then forget the endpoint.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpoint.html
    """
    engine, name = call.engine, call.params["EndpointName"]
    records.find_endpoint(engine, name)
    records.change(engine, name, _delete)
    lifecycle.begin(engine, name, lifecycle.delete)


def _delete(record: dict[str, Any]) -> None:
    if record["EndpointStatus"] not in {"InService", "Failed", "OutOfService"}:
        raise invalid(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')
    record["EndpointStatus"] = "Deleting"
