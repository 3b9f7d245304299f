"""A step's Arguments against the model of the operation that they are for, with expressions in the place of values.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html: a step's arguments are its operation's request.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from slipway.engine.caller import service_model
from slipway.engine.services.sagemaker.pipelines.errors import unparsable
from slipway.engine.services.sagemaker.pipelines.expressions import Get, is_expression

_ANY_REGION = "us-east-1"
_SCALARS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    **dict.fromkeys(("integer", "long"), lambda value: isinstance(value, int) and not isinstance(value, bool)),
    **dict.fromkeys(("float", "double"), lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
}


@cache
def operation(name: str) -> OperationModel:
    """The model of one of SageMaker's operations."""
    return service_model("sagemaker", _ANY_REGION).operation_model(name)


def check(arguments: Any, name: str, made: str) -> None:
    """Refuse arguments that are no request of operation `name`; its member `made` is what pipelines give themselves."""
    shape = operation(name).input_shape
    if isinstance(arguments, dict) and made in arguments:
        raise unparsable(f"Unknown Argument member '{made}'.")
    _check(arguments, shape, frozenset({made}))


def _check(value: Any, shape: Shape, made: frozenset[str] = frozenset()) -> None:
    if is_expression(value):
        if isinstance(shape, StructureShape | ListShape | MapShape):
            raise unparsable(f"Expecting start of Json {'Array' if isinstance(shape, ListShape) else 'Object'}.")
    elif isinstance(shape, StructureShape):
        _check_structure(value, shape, made)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise unparsable("Expecting start of Json Array.")
        for item in value:
            _check(item, shape.member)
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            raise unparsable("Expecting start of Json Object.")
        for item in value.values():
            _check(item, shape.value)
    else:
        _check_scalar(value, shape)


def _check_structure(value: Any, shape: StructureShape, made: frozenset[str]) -> None:
    if not isinstance(value, dict):
        raise unparsable("Expecting start of Json Object.")
    for name, item in value.items():
        if name not in shape.members:
            raise unparsable(f"Unknown Argument member '{name}'.")
        _check(item, shape.members[name])
    missing = [name for name in shape.required_members if name not in value and name not in made]
    if missing:
        raise unparsable(f"Model Validation failed: Missing required Argument member '{missing[0]}' of '{shape.name}'")


def _check_scalar(value: Any, shape: Shape) -> None:
    fits = _SCALARS.get(shape.type_name)
    if fits is not None and not fits(value):
        raise unparsable(
            f"Model Validation failed: Value {json.dumps(value)} for '{shape.name}' must be a {shape.type_name}"
        )
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        wanted = f"failed to satisfy enum value set: [{', '.join(allowed)}]"
        raise unparsable(f"Model Validation failed: Value '{value}' for '{shape.name}' {wanted}")


def check_property(reference: Get, describes: tuple[str, ...]) -> None:
    """Refuse a reference to what none of the operations whose answers are the step's properties answers."""
    if not any(_has(operation(name).output_shape, reference) for name in describes):
        raise unparsable(f"Unknown property reference: {reference.text}.")


def _has(shape: Shape | None, reference: Get) -> bool:
    for part in reference.path:
        if isinstance(shape, StructureShape):
            shape = shape.members.get(part) if isinstance(part, str) else None
        elif isinstance(shape, ListShape):
            shape = shape.member
        elif isinstance(shape, MapShape):
            shape = shape.value
        else:
            return False
    return shape is not None
