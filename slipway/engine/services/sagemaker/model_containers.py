"""A model's containers: what images, what data, what variables; given outright, or by a model package.

Several, 15 at most, are an inference pipeline (Serial), or containers that are called one by one (Direct).
docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html
docs.aws.amazon.com/sagemaker/latest/dg/multi-container-endpoints.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.refusal import refuse_value
from slipway.engine.services.sagemaker.registry_records import find_package
from slipway.engine.services.sagemaker.service import invalid

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

PRIMARY = "primary"
_SINGLE, _MULTI = "SingleModel", "MultiModel"


@dataclass(frozen=True)
class ModelContainer:
    """What an instance runs. `model_data` is an S3DataSource-like record, empty when the model has no data.

    `name` is what errors and logs call it. `cache` is a multi-model container's ModelCacheSetting, and empty for a
    container with one model.
    """

    name: str
    image: str
    model_data: dict[str, Any]
    environment: dict[str, str]
    cache: str = ""


def definitions(model: dict[str, Any]) -> list[dict[str, Any]]:
    """The model's container definitions as they were given; SageMaker's error when they do not go together."""
    containers: list[dict[str, Any]] = model.get("Containers", [])
    if ("PrimaryContainer" in model) == bool(containers):
        raise invalid("A model must be given either a PrimaryContainer or Containers, and not both")
    if "PrimaryContainer" in model:
        return [model["PrimaryContainer"]]
    _check_hostnames([container.get("ContainerHostname") for container in containers])
    return containers


def _check_hostnames(names: list[str | None]) -> None:
    given = [name for name in names if name is not None]
    if given and len(given) < len(names):
        raise invalid("ContainerHostname must be given for every container of an inference pipeline, or for none")
    if len(set(given)) < len(given):
        raise invalid("ContainerHostname must be unique within an inference pipeline")


def is_direct(model: dict[str, Any]) -> bool:
    """Whether each request names the one container that it is for."""
    return bool(model.get("InferenceExecutionConfig", {}).get("Mode", "Serial") == "Direct")


def resolved(engine: Engine, model: dict[str, Any]) -> list[ModelContainer]:
    """The containers of a model in their order, those of a model package in its place."""
    found = [container for definition in definitions(model) for container in _resolved(engine, definition)]
    if len(found) == 1:
        return [replace(found[0], name=PRIMARY)]
    named = [replace(found, name=found.name or f"container-{number}") for number, found in enumerate(found, 1)]
    _check_hostnames([container.name for container in named])
    if sum(bool(container.cache) for container in named) > 1:
        raise invalid("An inference pipeline may have only one container of Mode MultiModel")
    return named


def _resolved(engine: Engine, definition: dict[str, Any]) -> list[ModelContainer]:
    if "ModelPackageName" not in definition:
        return [_container(definition, definition.get("Environment", {}))]
    refuse_value("CreateModel", "Mode with a ModelPackageName", definition.get("Mode", _SINGLE), (_SINGLE,))
    packaged = _packaged_containers(find_package(engine, definition["ModelPackageName"]))
    variables = definition.get("Environment", {})
    if len(packaged) > 1 and variables:
        # AWS does not document which of the package's containers such variables would be for.
        refuse_value("CreateModel", "Environment with a model package of several containers", variables, ({},))
    return [_container(container, {**container.get("Environment", {}), **variables}) for container in packaged]


def _container(definition: dict[str, Any], environment: dict[str, str]) -> ModelContainer:
    mode = definition.get("Mode", _SINGLE)
    refuse_value("CreateModel", "Mode", mode, (_SINGLE, _MULTI))
    if mode == _SINGLE and "MultiModelConfig" in definition:
        raise invalid(f"MultiModelConfig may be given only for a container of Mode {_MULTI}")
    hostname, image = definition.get("ContainerHostname", ""), _image(definition)
    if mode == _SINGLE:
        return ModelContainer(hostname, image, data_source(definition), environment)
    setting = definition.get("MultiModelConfig", {}).get("ModelCacheSetting", "Enabled")
    return ModelContainer(hostname, image, _prefix(definition), environment, setting)


def _prefix(definition: dict[str, Any]) -> dict[str, Any]:
    """Where the models of a multi-model container are.

    docs.aws.amazon.com/sagemaker/latest/dg/create-multi-model-endpoint.html
    """
    if "ModelDataUrl" not in definition:
        raise invalid(f"A container of Mode {_MULTI} must be given a ModelDataUrl, the prefix of its models")
    return {"S3Uri": definition["ModelDataUrl"], "S3DataType": "S3Prefix", "CompressionType": "Gzip"}


def _packaged_containers(package: dict[str, Any]) -> list[dict[str, Any]]:
    if package.get("ModelApprovalStatus", "Approved") != "Approved":
        raise invalid(
            f"Cannot create a model from the model package {package['ModelPackageArn']}: its approval status is "
            f"{package['ModelApprovalStatus']}, and only Approved packages can be deployed"
        )
    containers: list[dict[str, Any]] = package.get("InferenceSpecification", {}).get("Containers", [])
    if not containers:
        raise invalid(f"The model package {package['ModelPackageArn']} has no InferenceSpecification to deploy")
    return containers


def _image(container: dict[str, Any]) -> str:
    if "Image" not in container:
        raise invalid("The container definition must name an Image or a ModelPackageName")
    return str(container["Image"])


def data_source(container: dict[str, Any]) -> dict[str, Any]:
    """Where the model's data is: `{"S3Uri", "S3DataType", "CompressionType"}`, or empty."""
    if "ModelDataUrl" in container:
        return {"S3Uri": container["ModelDataUrl"], "S3DataType": "S3Object", "CompressionType": "Gzip"}
    source: dict[str, Any] = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return source
