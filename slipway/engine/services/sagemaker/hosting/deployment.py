"""The fleets of one endpoint configuration: blue or green of an update, or the only ones."""

from __future__ import annotations

import random
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from slipway.engine.errors import AwsError
from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker.hosting.fleet import Fleet
from slipway.engine.services.sagemaker.hosting.instance import Instance
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.hosting.preparation import DeploymentFailed, Preparation
from slipway.engine.services.sagemaker.hosting.server import NotHealthy
from slipway.engine.services.sagemaker.hosting.serverless import STARTUP_SECONDS, OnDemand
from slipway.engine.services.sagemaker.service import role_caller

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


class Deployment:
    """Runs a plan. `weights` are the variants' current ones."""

    def __init__(self, engine: Engine, endpoint: str, plans: list[VariantPlan]) -> None:
        self.plans = {plan.name: plan for plan in plans}
        self.weights = {plan.name: plan.weight for plan in plans}
        self.fleets: dict[str, Fleet] = {}
        self.log_group = f"/aws/sagemaker/Endpoints/{endpoint}"
        self._engine = engine
        self._endpoint = endpoint
        self._folder = engine.home / "sagemaker" / "endpoints" / endpoint / secrets.token_hex(4)
        self._preparation = Preparation(engine, self._folder)
        self._logs: dict[str, LogStream] = {}

    @property
    def images(self) -> dict[str, list[str]]:
        """By which digest each image of each variant runs."""
        return self._preparation.images

    def start(self, counts: dict[str, int]) -> None:
        """Bring every variant into service with its count of instances, or none: DeploymentFailed."""
        try:
            with ThreadPoolExecutor(len(self.plans), thread_name_prefix="start-variant") as pool:
                starts = [pool.submit(self._start, plan, counts[plan.name]) for plan in self.plans.values()]
            for start in starts:
                start.result()
        except Exception:
            self.end()
            raise

    def scale(self, variant: str, count: int) -> None:
        """Change a variant's count of instances; DeploymentFailed when a new one does not become healthy."""
        if count > self.count(variant):
            self._provision(variant)
        try:
            self.fleets[variant].scale(count)
        except NotHealthy as reason:
            raise DeploymentFailed(self._unhealthy(variant, reason)) from reason
        except (AwsError, OSError) as error:
            raise DeploymentFailed(f"The containers for production variant {variant}: {error}") from error

    def _provision(self, variant: str) -> None:
        """There are instances, unless a rule of faults says that there are none.

        repost.aws/knowledge-center/sagemaker-endpoint-creation-fail
        """
        if self._engine.faults.lacks_capacity(f"endpoint/{self._endpoint}/{variant}"):
            raise DeploymentFailed(
                "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please"
                " retry using a different ML instance type or after some time."
            )

    def retire(self) -> None:
        """Answer what is under way, then end every process."""
        for fleet in self.fleets.values():
            fleet.retire()
        self._clean_up()

    def end(self) -> None:
        """End every process at once."""
        for fleet in self.fleets.values():
            fleet.end()
        self._clean_up()

    def count(self, variant: str) -> int:
        """How many instances a variant has."""
        return len(self.fleets[variant].instances) if variant in self.fleets else 0

    def choose(self, target: str | None) -> Fleet | None:
        """The fleet for a request: the target variant's, or one drawn by weight.

        docs.aws.amazon.com/sagemaker/latest/dg/model-ab-testing.html
        """
        if target is not None:
            return self.fleets.get(target)
        weights = [self.weights[name] for name in self.fleets]
        if len(weights) == 1:
            return next(iter(self.fleets.values()))
        drawn = random.choices(list(self.fleets.values()), weights)  # noqa: S311 - traffic, not secrets
        return drawn[0]

    def _start(self, plan: VariantPlan, count: int) -> None:
        containers = self._preparation.containers(plan)
        folder, name = self._folder / plan.name, f"endpoint/{self._endpoint}/{plan.name}"

        def make() -> Instance:
            return Instance(self._engine, containers, folder, self._logger(plan), name, direct=plan.direct)

        if plan.serverless is not None:
            self.fleets[plan.name] = self._stood_up(OnDemand(self._engine, plan.name, make, plan.serverless))
            return
        self.fleets[plan.name] = Fleet(plan.name, make, least_outstanding=plan.least_outstanding)
        self.scale(plan.name, count)

    def _stood_up(self, fleet: OnDemand) -> OnDemand:
        try:
            fleet.stand_up()
        except NotHealthy as reason:
            raise DeploymentFailed(
                f"Unable to successfully stand up your model within the allotted {STARTUP_SECONDS} second timeout. "
                "Please ensure that downloading your model artifacts, starting your model container and passing the "
                f"ping health checks can be completed within {STARTUP_SECONDS} seconds. ({reason})"
            ) from reason
        return fleet

    def configure(self, variant: str, config: dict[str, int]) -> None:
        """Give a serverless variant another concurrency."""
        fleet = self.fleets[variant]
        if isinstance(fleet, OnDemand):
            self._stood_up(fleet.configured(config))

    def _unhealthy(self, variant: str, reason: NotHealthy) -> str:
        return (
            f"The {reason.containers} container for production variant {variant} did not pass the ping health check: "
            f"{reason}. Please check CloudWatch logs for this endpoint: log group {self.log_group}."
        )

    def say(self, line: str) -> None:
        """A line of the platform's own, in the first variant's `data-log` stream."""
        plan = next(iter(self.plans.values()))
        self._log(plan, "data-log", line)

    def _logger(self, plan: VariantPlan) -> Callable[[str, str], None]:
        return lambda instance, line: self._log(plan, instance, line)

    def _log(self, plan: VariantPlan, stream: str, line: str) -> None:
        """To the stream `<variant>/<instance id>`, in a pipeline `…/<container>`, under the model's role."""
        key = f"{plan.name}/{stream}"
        if key not in self._logs:
            caller = partial(role_caller, self._engine, plan.role_arn)
            self._logs[key] = LogStream(caller, self.log_group, key)
        self._logs[key].write(line)

    def _clean_up(self) -> None:
        for log in self._logs.values():
            log.close()
        shutil.rmtree(self._folder, ignore_errors=True)
