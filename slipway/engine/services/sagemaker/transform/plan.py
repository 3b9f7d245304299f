"""What a transform job runs: its model as it was when the job was created; the model may be deleted meanwhile."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.model_containers import ModelContainer, is_direct, resolved
from slipway.engine.services.sagemaker.models import find_model
from slipway.engine.services.sagemaker.refusal import refuse_value

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


@dataclass(frozen=True)
class Plan:
    """A model's role and containers; a request goes through them in their order."""

    role_arn: str
    isolated: bool
    containers: list[ModelContainer]

    @classmethod
    def of(cls, engine: Engine, model_name: str) -> Plan:
        """The plan of a model that exists, or SageMaker's error."""
        model = find_model(engine, model_name)
        refuse_value("CreateTransformJob", "the model's InferenceExecutionConfig.Mode", _mode(model), ("Serial",))
        containers = list(resolved(engine, model))
        for container in containers:
            refuse_value(
                "CreateTransformJob", "the Mode of the model's container", _container_mode(container), ("SingleModel",)
            )
        return cls(model["ExecutionRoleArn"], model.get("EnableNetworkIsolation", False), containers)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Plan:
        """As read back from the job's record."""
        containers = [ModelContainer(**container) for container in record["containers"]]
        return cls(record["role_arn"], record["isolated"], containers)

    def to_json(self) -> dict[str, Any]:
        """As kept with the job."""
        return asdict(self)


def _mode(model: dict[str, Any]) -> str:
    return "Direct" if is_direct(model) else "Serial"


def _container_mode(container: ModelContainer) -> str:
    return "MultiModel" if container.cache else "SingleModel"
