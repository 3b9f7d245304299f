"""The fleets of one endpoint configuration: blue or green of an update, or the only ones."""

from __future__ import annotations

import random
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker import model_data
from slipway.engine.services.sagemaker.hosting.fleet import Fleet
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.hosting.server import Container, NotHealthy, Server
from slipway.engine.services.sagemaker.launch import credentials, pull
from slipway.engine.services.sagemaker.service import role_caller
from slipway.engine.services.sagemaker.storage import NothingThere

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine


class DeploymentFailed(Exception):
    """A deployment could not be brought into service; the text is the endpoint's FailureReason."""


class Deployment:
    """Runs a plan. `weights` are the variants' current ones."""

    def __init__(self, engine: Engine, endpoint: str, plans: list[VariantPlan]) -> None:
        self.plans = {plan.name: plan for plan in plans}
        self.weights = {plan.name: plan.weight for plan in plans}
        self.fleets: dict[str, Fleet] = {}
        self.images: dict[str, str] = {}
        self.log_group = f"/aws/sagemaker/Endpoints/{endpoint}"
        self._engine = engine
        self._endpoint = endpoint
        self._folder = engine.home / "sagemaker" / "endpoints" / endpoint / secrets.token_hex(4)
        self._logs: dict[str, LogStream] = {}

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
        try:
            self.fleets[variant].scale(count)
        except NotHealthy as reason:
            raise DeploymentFailed(self._unhealthy(variant, reason)) from reason
        except (AwsError, OSError) as error:
            raise DeploymentFailed(f"The primary container for production variant {variant}: {error}") from error

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
        return len(self.fleets[variant].servers) if variant in self.fleets else 0

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
        container = self._prepare(plan)
        folder = self._folder / plan.name

        def make() -> Server:
            return Server(self._engine, container, folder, self._logger(plan), f"endpoint/{self._endpoint}/{plan.name}")

        fleet = Fleet(plan.name, make, least_outstanding=plan.least_outstanding)
        self.fleets[plan.name] = fleet
        self.scale(plan.name, count)

    def _unhealthy(self, variant: str, reason: NotHealthy) -> str:
        return (
            f"The primary container for production variant {variant} did not pass the ping health check: {reason}. "
            f"Please check CloudWatch logs for this endpoint: log group {self.log_group}."
        )

    def _prepare(self, plan: VariantPlan) -> Container:
        """Fetch image and model under the model's role."""
        try:
            caller = role_caller(self._engine, plan.role_arn)
            image = pull(caller, plan.image)
        except (ClientError, AwsError) as error:
            raise DeploymentFailed(
                f"The image {plan.image} of variant {plan.name} could not be read: {error}"
            ) from error
        self.images[plan.name] = _resolved(plan.image, image.digest)
        model = self._folder / plan.name / "model"
        self._download(caller, plan, model)
        env = {**credentials(caller, isolated=plan.isolated), **plan.environment}
        return Container(image, model, env, float(plan.startup_seconds))

    def _download(self, caller: Caller, plan: VariantPlan, model: Path) -> None:
        model.mkdir(parents=True, exist_ok=True)
        if not plan.model_data:
            return
        try:
            model_data.fetch(caller, plan.model_data, model)
        except (ClientError, NothingThere, OSError) as error:
            raise DeploymentFailed(
                f'Failed to download model data for container "container_1" from URL: "{plan.model_data["S3Uri"]}". '
                "Please ensure that there is an object located at the URL and that the role passed to CreateModel has "
                f"permissions to download the object. ({error})"
            ) from error

    def say(self, line: str) -> None:
        """A line of the platform's own, in the first variant's `data-log` stream."""
        plan = next(iter(self.plans.values()))
        self._log(plan, "data-log", line)

    def _logger(self, plan: VariantPlan) -> Callable[[str, str], None]:
        return lambda instance, line: self._log(plan, instance, line)

    def _log(self, plan: VariantPlan, stream: str, line: str) -> None:
        """To the stream `<variant>/<instance id>`, under the model's role."""
        key = f"{plan.name}/{stream}"
        if key not in self._logs:
            caller = partial(role_caller, self._engine, plan.role_arn)
            self._logs[key] = LogStream(caller, self.log_group, key)
        self._logs[key].write(line)

    def _clean_up(self) -> None:
        for log in self._logs.values():
            log.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _resolved(uri: str, digest: str) -> str:
    """The image by digest, whatever tag it was asked by."""
    repository = uri.partition("@")[0]
    folder, slash, name = repository.rpartition("/")
    return f"{folder}{slash}{name.partition(':')[0]}@{digest}"
