"""What an asynchronous endpoint's configuration may be.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceConfig.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.model_containers import is_direct, resolved
from slipway.engine.services.sagemaker.models import find_model
from slipway.engine.services.sagemaker.refusal import refuse_value
from slipway.engine.services.sagemaker.service import invalid
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


def check_output(params: dict[str, Any]) -> None:
    """Refuse an output that is not executed, or is not in S3."""
    if "AsyncInferenceConfig" not in params:
        return
    output = params["AsyncInferenceConfig"]["OutputConfig"]
    if "S3OutputPath" not in output:
        refuse_value("CreateEndpointConfig", "AsyncInferenceConfig.OutputConfig.S3OutputPath", "not given", ("given",))
    for member in ("S3OutputPath", "S3FailurePath"):
        if member in output:
            Location.parse(output[member])


def check_models(engine: Engine, params: dict[str, Any]) -> None:
    """Refuse a model of which a request would have to choose a part."""
    if "AsyncInferenceConfig" not in params:
        return
    for variant in params["ProductionVariants"]:
        model = find_model(engine, variant["ModelName"])
        if is_direct(model) or any(container.cache for container in resolved(engine, model)):
            raise invalid(
                f"An asynchronous request names no model and no container: the model {model['ModelName']} of variant "
                f"{variant['VariantName']} needs one"
            )
