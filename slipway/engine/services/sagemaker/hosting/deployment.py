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

from slipway.engine.aws_images import StandIn
from slipway.engine.errors import AwsError
from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker import model_data
from slipway.engine.services.sagemaker.hosting.fleet import Fleet
from slipway.engine.services.sagemaker.hosting.instance import Instance
from slipway.engine.services.sagemaker.hosting.multi_model import ModelSource
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.hosting.server import Container, NotHealthy
from slipway.engine.services.sagemaker.launch import credentials, pull
from slipway.engine.services.sagemaker.model_containers import ModelContainer
from slipway.engine.services.sagemaker.service import role_caller
from slipway.engine.services.sagemaker.storage import NothingThere

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine
    from slipway.engine.images import Image

_MULTI_MODELS = "com.amazonaws.sagemaker.capabilities.multi-models"
_BIND_TO_PORT = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"


class DeploymentFailed(Exception):
    """A deployment could not be brought into service; the text is the endpoint's FailureReason."""


class Deployment:
    """Runs a plan. `weights` are the variants' current ones."""

    def __init__(self, engine: Engine, endpoint: str, plans: list[VariantPlan]) -> None:
        self.plans = {plan.name: plan for plan in plans}
        self.weights = {plan.name: plan.weight for plan in plans}
        self.fleets: dict[str, Fleet] = {}
        self.images: dict[str, list[str]] = {}
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
            raise DeploymentFailed(f"The containers for production variant {variant}: {error}") from error

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
        containers = self._prepare(plan)
        folder, name = self._folder / plan.name, f"endpoint/{self._endpoint}/{plan.name}"

        def make() -> Instance:
            return Instance(self._engine, containers, folder, self._logger(plan), name, direct=plan.direct)

        fleet = Fleet(plan.name, make, least_outstanding=plan.least_outstanding)
        self.fleets[plan.name] = fleet
        self.scale(plan.name, count)

    def _unhealthy(self, variant: str, reason: NotHealthy) -> str:
        return (
            f"The {reason.containers} container for production variant {variant} did not pass the ping health check: "
            f"{reason}. Please check CloudWatch logs for this endpoint: log group {self.log_group}."
        )

    def _prepare(self, plan: VariantPlan) -> list[Container]:
        """Fetch images and models under the model's role."""
        caller = self._role(plan)
        images = [self._pull(caller, plan, container) for container in plan.containers]
        self.images[plan.name] = [
            _resolved(container.image, image.digest) for container, image in zip(plan.containers, images, strict=True)
        ]
        variables = credentials(caller, isolated=plan.isolated)
        return [
            Container(
                image,
                self._download(caller, plan, number),
                {**variables, **container.environment},
                float(plan.startup_seconds),
                container.name,
                self._models(plan, container),
            )
            for number, (container, image) in enumerate(zip(plan.containers, images, strict=True), 1)
        ]

    def _models(self, plan: VariantPlan, container: ModelContainer) -> ModelSource | None:
        if not container.cache:
            return None
        caller = partial(role_caller, self._engine, plan.role_arn)
        return ModelSource(container.model_data["S3Uri"], container.cache == "Enabled", caller)

    def _role(self, plan: VariantPlan) -> Caller:
        try:
            return role_caller(self._engine, plan.role_arn)
        except AwsError as error:
            raise DeploymentFailed(f"The role {plan.role_arn} of variant {plan.name}: {error}") from error

    def _pull(self, caller: Caller, plan: VariantPlan, container: ModelContainer) -> Image | StandIn:
        try:
            image = pull(caller, container.image)
        except (ClientError, AwsError) as error:
            raise DeploymentFailed(
                f"The image {container.image} of variant {plan.name} could not be read: {error}"
            ) from error
        if len(plan.containers) > 1:
            _require_label(image, container.image, _BIND_TO_PORT)
        if container.cache:
            _require_label(image, container.image, _MULTI_MODELS)
        return image

    def _download(self, caller: Caller, plan: VariantPlan, number: int) -> Path:
        source, model = plan.containers[number - 1].model_data, self._folder / plan.name / f"model-{number}"
        model.mkdir(parents=True, exist_ok=True)
        if source and not plan.containers[number - 1].cache:
            try:
                model_data.fetch(caller, source, model)
            except (ClientError, NothingThere, OSError) as error:
                raise DeploymentFailed(
                    f'Failed to download model data for container "container_{number}" from URL: "{source["S3Uri"]}". '
                    "Please ensure that there is an object located at the URL and that the role passed to CreateModel "
                    f"has permissions to download the object. ({error})"
                ) from error
        return model

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


def _require_label(image: Image | StandIn, uri: str, label: str) -> None:
    """SageMaker looks at an image's labels before it starts it; AWS's own images have them.

    docs.aws.amazon.com/sagemaker/latest/dg/multi-container-troubleshooting.html
    """
    if not isinstance(image, StandIn) and (image.config.get("Labels") or {}).get(label) != "true":
        raise DeploymentFailed(f"Your Ecr Image {uri} does not contain required {label}=true Docker label(s).")


def _resolved(uri: str, digest: str) -> str:
    """The image by digest, whatever tag it was asked by."""
    repository = uri.partition("@")[0]
    folder, slash, name = repository.rpartition("/")
    return f"{folder}{slash}{name.partition(':')[0]}@{digest}"
