"""A model's container: what image, what data, what variables; given outright, or by a model package.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.refusal import refuse_value
from slipway.engine.services.sagemaker.registry_records import find_package
from slipway.engine.services.sagemaker.service import invalid

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


@dataclass(frozen=True)
class ModelContainer:
    """What an instance runs. `model_data` is an S3DataSource-like record, empty when the model has no data."""

    image: str
    model_data: dict[str, Any]
    environment: dict[str, str]


def only_container(model: dict[str, Any]) -> dict[str, Any]:
    """The model's single container definition; inference pipelines of several are not executed."""
    containers = model.get("Containers", [])
    if ("PrimaryContainer" in model) == bool(containers):
        raise invalid("A model must be given either a PrimaryContainer or Containers, and not both")
    refuse_value("CreateModel", "number of Containers", len(containers) or 1, (1,))
    container: dict[str, Any] = model["PrimaryContainer"] if "PrimaryContainer" in model else containers[0]
    return container


def resolved(engine: Engine, model: dict[str, Any]) -> ModelContainer:
    """The container of a model, through its model package if it names one."""
    container = only_container(model)
    if "ModelPackageName" not in container:
        return ModelContainer(_image(container), data_source(container), container.get("Environment", {}))
    package = find_package(engine, container["ModelPackageName"])
    packaged = _packaged_container(package)
    environment = {**packaged.get("Environment", {}), **container.get("Environment", {})}
    return ModelContainer(_image(packaged), data_source(packaged), environment)


def _packaged_container(package: dict[str, Any]) -> dict[str, Any]:
    if package.get("ModelApprovalStatus", "Approved") != "Approved":
        raise invalid(
            f"Cannot create a model from the model package {package['ModelPackageArn']}: its approval status is "
            f"{package['ModelApprovalStatus']}, and only Approved packages can be deployed"
        )
    containers = package.get("InferenceSpecification", {}).get("Containers", [])
    if not containers:
        raise invalid(f"The model package {package['ModelPackageArn']} has no InferenceSpecification to deploy")
    refuse_value("CreateModel", "number of Containers in the model package", len(containers), (1,))
    container: dict[str, Any] = containers[0]
    return container


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
