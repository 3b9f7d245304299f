"""What a variant's instances need before they start: images and models, fetched under the model's role.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.engine.aws_images import StandIn
from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import model_data
from slipway.engine.services.sagemaker.archive import BadArchive
from slipway.engine.services.sagemaker.hosting.model_files import ModelSource
from slipway.engine.services.sagemaker.hosting.plan import VariantPlan
from slipway.engine.services.sagemaker.hosting.server import Container
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


class Preparation:
    """Fetches into `folder`. `images` says by which digest each image of a variant runs."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.images: dict[str, list[str]] = {}
        self._engine = engine
        self._folder = folder

    def containers(self, plan: VariantPlan) -> list[Container]:
        """A variant's containers, their images and models fetched under the model's role; DeploymentFailed."""
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
            except BadArchive as error:
                raise DeploymentFailed(
                    f'Failed to extract model data archive for container "container_{number}" from URL '
                    f'"{source["S3Uri"]}". Please ensure that the object located at the URL is a valid tar.gz archive. '
                    f"({error})"
                ) from error
            except (ClientError, NothingThere, OSError) as error:
                raise DeploymentFailed(
                    f'Failed to download model data for container "container_{number}" from URL: "{source["S3Uri"]}". '
                    "Please ensure that there is an object located at the URL and that the role passed to CreateModel "
                    f"has permissions to download the object. ({error})"
                ) from error
        return model


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
