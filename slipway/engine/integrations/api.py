"""One API call for a task, through a real client of the state machine's role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import OperationModel, ServiceModel

from slipway.engine.caller import Caller
from slipway.engine.integrations import convert, naming
from slipway.engine.integrations.task import TaskFailed


def model_of(caller: Caller, service: str) -> ServiceModel:
    """botocore's model of a service."""
    model: ServiceModel = caller.client(service).meta.service_model
    return model


def operation_named(model: ServiceModel, action: str) -> OperationModel | None:
    """The operation that an action in camelCase names, None when the service has none of that name."""
    for name in model.operation_names:
        if name[:1].lower() + name[1:] == action:
            return model.operation_model(name)
    return None


def call(
    caller: Caller,
    service: str,
    action: str,
    arguments: Mapping[str, Any],
    *,
    base_error: str = "",
    stamp: convert.Stamp = convert.iso,
) -> Any:
    """Make the call and return its answer as JSON; TaskFailed with the documented error name.

    `base_error` names errors that the service's model does not list.
    """
    model = model_of(caller, service)
    operation = operation_named(model, action)
    if operation is None:
        raise TaskFailed("States.Runtime", f"{service} has no action {action}")
    try:
        shape = operation.input_shape
        params = convert.to_request(shape, arguments) if shape else {}
        answer = getattr(caller.client(service), xform_name(operation.name))(**params)
        return convert.to_result(operation.output_shape, answer, stamp)
    except convert.UnknownField as error:
        raise TaskFailed("States.Runtime", f"The field '{error}' is not supported by Step Functions") from error
    except ParamValidationError as error:
        prefix = naming.service_prefix(model)
        raise TaskFailed(f"{prefix}.{base_error or f'{prefix}Exception'}", str(error)) from error
    except ClientError as error:
        raise _failed(model, error, base_error) from error


def _failed(model: ServiceModel, error: ClientError, base_error: str) -> TaskFailed:
    details, about = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code = str(details.get("Code", ""))
    cause = (
        f"{details.get('Message', '')} (Service: {naming.service_prefix(model)}, "
        f"Status Code: {about.get('HTTPStatusCode', 400)}, Request ID: {about.get('RequestId', '')})"
    )
    return TaskFailed(naming.error_name(model, code, base=base_error), cause)
