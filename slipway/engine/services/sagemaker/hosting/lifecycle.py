"""What happens to an endpoint after the call that asked for it: each function runs in a thread of its own.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html (EndpointStatus)
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import endpoint_records as records
from slipway.engine.services.sagemaker import tags
from slipway.engine.services.sagemaker.failures import EngineStopping
from slipway.engine.services.sagemaker.hosting import plan as plans_of
from slipway.engine.services.sagemaker.hosting.all_endpoints import hosting
from slipway.engine.services.sagemaker.hosting.backlog import Backlog, forget
from slipway.engine.services.sagemaker.hosting.bluegreen import RolledBack, Shift
from slipway.engine.services.sagemaker.hosting.deployment import Deployment
from slipway.engine.services.sagemaker.hosting.live import LiveEndpoint
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.hosting.policy import Policy
from slipway.engine.services.sagemaker.hosting.preparation import DeploymentFailed
from slipway.engine.services.sagemaker.hosting.topics import try_topics
from slipway.engine.services.sagemaker.service import SERVICE, now, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


@dataclass(frozen=True)
class Update:
    """A new configuration for an endpoint, with everything that was retained worked in."""

    config_name: str
    plans: list[VariantPlan]
    capture: dict[str, Any] | None
    asynchronous: dict[str, Any] | None
    policy: Policy
    deployment_config: dict[str, Any] | None


def begin(engine: Engine, name: str, work: Callable[..., None], *args: Any) -> None:
    """Do `work(engine, name, *args)` in a thread; a mistake of our own is shown as the endpoint's failure."""

    def guarded() -> None:
        try:
            work(engine, name, *args)
        except EngineStopping:
            return
        except Exception as error:  # noqa: BLE001 - an endpoint must not stay Creating for ever because of us
            traceback.print_exc()
            if name in table(engine, records.TABLE):
                records.set_status(engine, name, "Failed", f"The engine failed at this endpoint: {error!r}")

    engine.spawn(f"endpoint {name}", guarded)


def create(engine: Engine, name: str) -> None:
    """Creating → InService, or Failed with a reason."""
    record = records.find_endpoint(engine, name)
    deployment = Deployment(engine, name, plans_of.from_json(record["_plan"]))
    try:
        if record["EndpointStatus"] == "Creating":
            _try_topics(engine, deployment, record.get("AsyncInferenceConfig"))
        deployment.start({plan.name: plan.count for plan in deployment.plans.values()})
    except DeploymentFailed as reason:
        records.set_status(engine, name, "Failed", str(reason))
        return
    live = LiveEndpoint(engine, name, deployment)
    live.set_capture(record["_capture"])
    if "AsyncInferenceConfig" in record:
        live.backlog = Backlog(engine, live, record["AsyncInferenceConfig"])
    hosting(engine).put(live)

    def alter(record: dict[str, Any]) -> None:
        records.set_images(record, deployment.images)
        record["EndpointStatus"] = "InService"

    records.change(engine, name, alter)


def update(engine: Engine, name: str, change: Update) -> None:
    """Updating → InService with the new configuration, or RollingBack → InService with the old one and a reason."""
    live = _live(engine, name)
    green = Deployment(engine, name, change.plans)
    try:
        _try_topics(engine, green, change.asynchronous)
        green.start({plan.name: plan.count for plan in change.plans})
        role = change.plans[0].role_arn
        blue = live.traffic.blue
        Shift(engine, live, green, change.policy, role, lambda status: _show_stage(engine, name, status)).run()
    except (DeploymentFailed, RolledBack) as reason:
        _roll_back(engine, name, green, str(reason))
        return
    live.set_capture(change.capture)
    if live.backlog is not None and change.asynchronous is not None:
        live.backlog.config = change.asynchronous
    blue.retire()
    _adopt(engine, name, change, green)


def _try_topics(engine: Engine, deployment: Deployment, config: dict[str, Any] | None) -> None:
    """See that the topics of an asynchronous endpoint can be published to."""
    if config is not None:
        role_arn = next(iter(deployment.plans.values())).role_arn
        try_topics(engine, role_arn, config)


def _roll_back(engine: Engine, name: str, green: Deployment, reason: str) -> None:
    records.set_status(engine, name, "RollingBack")
    green.retire()

    def alter(record: dict[str, Any]) -> None:
        record.pop("PendingDeploymentSummary", None)
        record["EndpointStatus"] = "InService"
        record["FailureReason"] = f"{reason} The endpoint serves with configuration {record['EndpointConfigName']}."

    records.change(engine, name, alter)


def _adopt(engine: Engine, name: str, change: Update, green: Deployment) -> None:
    def alter(record: dict[str, Any]) -> None:
        record.pop("PendingDeploymentSummary", None)
        record["EndpointConfigName"] = change.config_name
        record["EndpointStatus"] = "InService"
        record["ProductionVariants"] = [records.variant_record(plan) for plan in change.plans]
        record["_plan"] = plans_of.to_json(change.plans)
        records.set_images(record, green.images)
        records.set_capture(record, change.capture)
        if change.asynchronous is not None:
            record["AsyncInferenceConfig"] = change.asynchronous
        if change.deployment_config is not None:
            record["LastDeploymentConfig"] = change.deployment_config

    records.change(engine, name, alter)


def _show_stage(engine: Engine, name: str, status: str) -> None:
    """PendingDeploymentSummary's VariantStatus: Creating, ActivatingTraffic, Baking."""

    def alter(record: dict[str, Any]) -> None:
        for variant in record["PendingDeploymentSummary"]["ProductionVariants"]:
            variant["VariantStatus"] = [{"Status": status, "StartTime": now()}]

    records.change(engine, name, alter)


def scale(engine: Engine, name: str, desired: list[dict[str, Any]]) -> None:
    """Updating → InService: weights at once, instances as they become healthy or have drained."""
    deployment = _live(engine, name).traffic.blue
    failure = ""
    for item in desired:
        variant = item["VariantName"]
        if "DesiredWeight" in item:
            deployment.weights[variant] = float(item["DesiredWeight"])
        try:
            if "DesiredInstanceCount" in item:
                deployment.scale(variant, item["DesiredInstanceCount"])
            if "ServerlessUpdateConfig" in item:
                deployment.configure(variant, item["ServerlessUpdateConfig"])
        except DeploymentFailed as reason:
            failure = str(reason)
    _settle(engine, name, deployment, failure)


def _settle(engine: Engine, name: str, deployment: Deployment, failure: str) -> None:
    def alter(record: dict[str, Any]) -> None:
        for variant in record["ProductionVariants"]:
            weight = deployment.weights[variant["VariantName"]]
            variant.update(CurrentWeight=weight, DesiredWeight=weight)
            if "DesiredServerlessConfig" in variant:
                variant["CurrentServerlessConfig"] = variant["DesiredServerlessConfig"]
                continue
            count = deployment.count(variant["VariantName"])
            variant.update(CurrentInstanceCount=count, DesiredInstanceCount=count)
        record["EndpointStatus"] = "InService"
        if failure:
            record["FailureReason"] = failure

    records.change(engine, name, alter)


def delete(engine: Engine, name: str) -> None:
    """Deleting → gone: requests under way are answered first."""
    live = hosting(engine).remove(name)
    if live is not None:
        if live.backlog is not None:
            live.backlog.end()
        live.traffic.blue.retire()
    forget(engine, name)
    record = table(engine, records.TABLE).pop(name)
    tags.drop(engine, record["EndpointArn"])


def _live(engine: Engine, name: str) -> LiveEndpoint:
    live = hosting(engine).get(name)
    if live is None:
        raise DeploymentFailed(f"endpoint {name} has no servers")
    return live


def resume(engine: Engine, name: str) -> None:
    """Start the servers of an endpoint that an earlier engine had in service, as they were to be."""
    record = records.find_endpoint(engine, name)
    wanted = {variant["VariantName"]: variant for variant in record["ProductionVariants"]}
    plans = [
        replace(
            plan,
            count=wanted[plan.name]["DesiredInstanceCount"],
            weight=wanted[plan.name]["DesiredWeight"],
            serverless=wanted[plan.name].get("DesiredServerlessConfig"),
        )
        for plan in plans_of.from_json(record["_plan"])
    ]

    def alter(record: dict[str, Any]) -> None:
        record["_plan"] = plans_of.to_json(plans)
        record.pop("PendingDeploymentSummary", None)
        if record["EndpointStatus"] in {"Updating", "RollingBack"}:
            record["FailureReason"] = (
                "The engine was restarted during an update; the endpoint serves with configuration "
                f"{record['EndpointConfigName']}."
            )
        record["EndpointStatus"] = "SystemUpdating"

    records.change(engine, name, alter)
    create(engine, name)


_RESUMED = {"Creating": create, "Deleting": delete}


@SERVICE.on_start
def resume_all(engine: Engine) -> None:
    """Take up every endpoint where an earlier engine left it, and publish metrics from now on."""
    for name, record in list(table(engine, records.TABLE).items()):
        if record["EndpointStatus"] != "Failed":
            begin(engine, name, _RESUMED.get(record["EndpointStatus"], resume))
    engine.spawn("sagemaker metrics", hosting(engine).keep_publishing)


@SERVICE.on_stop
def stop_all(engine: Engine) -> None:
    """End every server; the endpoints' records stay, so that the next engine starts them again."""
    endpoints = [live for live in (hosting(engine).remove(live.name) for live in hosting(engine).all()) if live]
    if endpoints:
        with ThreadPoolExecutor(len(endpoints)) as pool:
            for done in [pool.submit(live.end) for live in endpoints]:
                done.result()
