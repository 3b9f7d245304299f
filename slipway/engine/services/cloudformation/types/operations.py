"""Create, update and delete of one resource: checked once more now that everything is known, and journalled.

A handler's failure becomes CloudFormation's sentence about it.
docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine import journal
from slipway.engine.caller import Caller
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.handler_errors import handler_message
from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.services.cloudformation.checks import schemas
from slipway.engine.services.cloudformation.checks.honours import check_honoured
from slipway.engine.services.cloudformation.checks.properties import check_resource
from slipway.engine.services.cloudformation.stacks.dynamic import resolved
from slipway.engine.services.cloudformation.types.conversion import converted
from slipway.engine.services.cloudformation.types.registry import find

Properties = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Which resource of which stack, and who works on it."""

    engine: Engine
    caller: Caller
    stack_id: str
    logical_id: str
    resource_type: str
    began: Callable[[str], None] = field(default=lambda _: None)

    @property
    def stack_name(self) -> str:
        """The stack's name."""
        return self.stack_id.split("/")[1]


def create(place: Place, properties: Properties) -> Created:
    """Make a resource."""
    with _journalled("Create", place):
        return _type(place).create(_checked(_call(place, properties)))


def update(place: Place, physical_id: str, old: Properties, new: Properties) -> Created:
    """Change a resource in place."""
    with _journalled("Update", place):
        call = _checked(_call(place, new))
        return _type(place).update(replace(call, old_properties=_as_handled(place, old), physical_id=physical_id))


def delete(place: Place, physical_id: str, properties: Properties) -> None:
    """Delete a resource; one that is gone is fine."""
    with _journalled("Delete", place):
        call = _call(place, properties)
        _type(place).delete(replace(call, physical_id=physical_id))


def replaces(resource_type: str, old: Properties, new: Properties) -> bool:
    """Whether a change makes a new resource: `createOnlyProperties` of the type's schema."""
    paths = schemas.create_only(resource_type)
    return any(schemas.property_at(old, path) != schemas.property_at(new, path) for path in paths)


def check_name(resource_type: str, physical_id: str, old: Properties, new: Properties) -> None:
    """A resource whose name is given and stays cannot be replaced: the new one could not be called the same.

    Where the service makes a part of what identifies a resource, the two differ in that.
    """
    names = schemas.primary_identifier(resource_type)
    is_given = not set(names) & set(schemas.read_only(resource_type))
    kept = [schemas.property_at(new, path) for path in names]
    if is_given and kept and all(kept) and kept == [schemas.property_at(old, path) for path in names]:
        raise ResourceFailed(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {physical_id or kept[0]} and update the stack again."
        )


def _type(place: Place) -> ResourceType:
    declared = find(place.resource_type)
    if declared is None:
        raise ResourceFailed(f"{place.resource_type} is not executed by this engine any more")
    return declared


def _call(place: Place, properties: Properties) -> ResourceCall:
    return ResourceCall(
        engine=place.engine,
        caller=place.caller,
        stack_id=place.stack_id,
        stack_name=place.stack_name,
        logical_id=place.logical_id,
        resource_type=place.resource_type,
        properties=_as_handled(place, resolved(properties, place.caller)),
        began=place.began,
    )


def _as_handled(place: Place, properties: Properties) -> Properties:
    return converted(place.resource_type, properties)


def _checked(call: ResourceCall) -> ResourceCall:
    check_resource(call.logical_id, call.resource_type, call.properties)
    check_honoured(call.logical_id, call.resource_type, call.properties)
    return call


@contextmanager
def _journalled(operation: str, place: Place) -> Iterator[None]:
    """The journal's line for what CloudFormation does to one resource, with its failure in CloudFormation's words."""
    name = f"{operation} {place.resource_type} {place.stack_name}/{place.logical_id}"
    entry = journal.Entry(secrets.token_hex(8), "cloudformation", name, caller=place.caller.arn, status=200)
    with place.engine.journal.call(entry):
        try:
            yield
        except ResourceFailed as failure:
            entry.status, entry.error = 400, type(failure).__name__
            raise
        except (ClientError, BotoCoreError, AwsError) as error:
            entry.status, entry.error = 400, type(error).__name__
            raise ResourceFailed(_told(place.resource_type, error)) from error


def _told(resource_type: str, error: ClientError | BotoCoreError | AwsError) -> str:
    if isinstance(error, AwsError):
        return f'Resource handler returned message: "{error.message}"'
    if isinstance(error, BotoCoreError):
        return f'Resource handler returned message: "{error}" (HandlerErrorCode: InvalidRequest)'
    return handler_message(resource_type.split("::")[1], error)
