"""Our resource types as handlers of MiniStack's stack engine.

Every module of `slipway/engine/resources/` exposes `RESOURCES`. Replacement follows the type's schema: a change of a
`createOnlyProperties` member makes a new resource, updates what depends on it, and deletes the old one in the cleanup.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from slipway.engine import resources
from slipway.engine.engine import current
from slipway.engine.errors import AwsError
from slipway.engine.handler_errors import handler_message
from slipway.engine.mend.cloudformation import begun, hooks
from slipway.engine.mend.cloudformation.authority import acting
from slipway.engine.mend.cloudformation.checks import schemas
from slipway.engine.mend.cloudformation.conversion import converted
from slipway.engine.mend.cloudformation.place import place
from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType

Properties = dict[str, Any]
_T = TypeVar("_T")
OURS: dict[str, ResourceType] = {}


def apply() -> None:
    """Register every type of ours, found by its module's name."""
    for found in sorted(module.name for module in pkgutil.iter_modules(resources.__path__)):
        for name, declared in importlib.import_module(f"{resources.__name__}.{found}").RESOURCES.items():
            register(name, declared)
    hooks.replace("_runs_on_worker_thread", _on_worker_thread)
    hooks.replace("_replacing_change", _by_schema)
    hooks.replace("_property_recreation", _recreation_by_schema)
    hooks.replace("_custom_named_replacement_error", _named_replacement_error)


def register(resource_type: str, declared: ResourceType) -> None:
    """Make `declared` the handler of a type, instead of MiniStack's if it has one."""
    OURS[resource_type] = declared
    provisioners = hooks.module("provisioners")
    provisioners._RESOURCE_HANDLERS[resource_type] = _handlers(resource_type, declared)
    tags = _tag_property(resource_type)
    if tags is not None:
        provisioners._STACK_TAG_PROPERTY[resource_type] = tags


def _handlers(resource_type: str, declared: ResourceType) -> dict[str, Any]:
    def create(logical_id: str, props: Properties, stack_name: str) -> tuple[str, Properties]:
        return _made(resource_type, declared.create, _call(resource_type, stack_name, logical_id, props))

    def update(
        physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> tuple[str, Properties]:
        call = _call(resource_type, stack_name, logical_id, new, old, physical_id)
        return _made(resource_type, declared.update, call)

    def delete(physical_id: str, props: Properties, logical_id: str) -> None:
        call = _call(resource_type, place().stack_name, logical_id, props, {}, physical_id)
        _told(resource_type, lambda: declared.delete(call))

    return {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
        "delete_with_logical_id": True,
    }


def _call(
    resource_type: str,
    stack_name: str,
    logical_id: str,
    props: Properties,
    old: Properties | None = None,
    physical_id: str = "",
) -> ResourceCall:
    return ResourceCall(
        began=partial(begun.note, resource_type, stack_name, logical_id, props),
        engine=current(),
        caller=acting(),
        stack_name=stack_name,
        logical_id=logical_id,
        properties=converted(resource_type, _own_tags_only(props)),
        old_properties=converted(resource_type, _own_tags_only(old or {})),
        physical_id=physical_id,
    )


def _own_tags_only(props: Properties) -> Properties:
    """Without the `aws:` tags: CloudFormation sets them past the service's API, which refuses that prefix."""
    tags = props.get("Tags")
    if isinstance(tags, list):
        kept: Any = [tag for tag in tags if not str(tag.get("Key", "")).startswith("aws:")]
    elif isinstance(tags, Mapping):
        kept = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    else:
        return dict(props)
    rest = {name: value for name, value in props.items() if name != "Tags"}
    return {**rest, "Tags": kept} if kept else rest


def _made(
    resource_type: str, operation: Callable[[ResourceCall], Created], call: ResourceCall
) -> tuple[str, Properties]:
    """Run a create or an update; a resource that came into being and then failed is deleted, as a rollback would."""
    try:
        created = _told(resource_type, lambda: operation(call))
    except ResourceFailed as failure:
        if failure.physical_id and not call.physical_id:
            remove(resource_type, call.stack_name, call.logical_id, call.properties, failure.physical_id)
        raise
    if not call.physical_id:
        call.began(created.physical_id)
    return created.physical_id, created.attributes


def remove(resource_type: str, stack_name: str, logical_id: str, properties: Properties, physical_id: str) -> None:
    """Delete a resource of ours; ResourceFailed says why it cannot be deleted."""
    call = _call(resource_type, stack_name, logical_id, properties, {}, physical_id)
    _told(resource_type, lambda: OURS[resource_type].delete(call))


def _told(resource_type: str, operation: Callable[[], _T]) -> _T:
    """Turn an API error into CloudFormation's sentence about a resource handler."""
    try:
        return operation()
    except ClientError as error:
        raise ResourceFailed(handler_message(resource_type.split("::")[1], error)) from error
    except AwsError as error:
        raise ResourceFailed(f'Resource handler returned message: "{error.message}"') from error


def _on_worker_thread(original: Any) -> Any:
    """Ours make calls to the engine itself, so they may not hold its event loop."""
    return lambda resource_type: resource_type in OURS or original(resource_type)


def _by_schema(original: Any) -> Any:
    def replacing_change(resource_type: str, old: Properties, new: Properties) -> bool:
        if resource_type not in OURS:
            return bool(original(resource_type, old, new))
        return any(
            schemas.property_at(old, path) != schemas.property_at(new, path)
            for path in schemas.create_only(resource_type)
        )

    return replacing_change


def _recreation_by_schema(original: Any) -> Any:
    """What a change set says about one property: `Always`, `Conditionally` (a member of it replaces) or `Never`."""

    def property_recreation(resource_type: str, name: str) -> str:
        if resource_type not in OURS:
            return str(original(resource_type, name))
        depths = {len(path) for path in schemas.create_only(resource_type) if path[0] == name}
        return "Always" if 1 in depths else "Conditionally" if depths else "Never"

    return property_recreation


def _named_replacement_error(original: Any) -> Any:
    """A resource whose name is given and stays cannot be replaced: the new one could not be called the same."""

    def error(resource_type: str, old: Properties, new: Properties, physical_id: str | None = None) -> str | None:
        if resource_type not in OURS:
            found: str | None = original(resource_type, old, new, physical_id)
            return found
        names = schemas.primary_identifier(resource_type)
        if any(path in schemas.read_only(resource_type) for path in names):
            return None  # a part of the name is generated
        kept = [schemas.property_at(new, path) for path in names]
        if not kept or not all(kept) or kept != [schemas.property_at(old, path) for path in names]:
            return None
        if not hooks.module("provisioners")._replacing_change(resource_type, old, new):
            return None
        return (
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {physical_id or kept[0]} and update the stack again."
        )

    return error


def _tag_property(resource_type: str) -> tuple[str, str] | None:
    """The property that takes stack tags and its shape, `list` or `map`, in MiniStack's words."""
    schema = schemas.schema_of(resource_type) or {}
    name = str(schema.get("tagging", {}).get("tagProperty", "")).rpartition("/")[2]
    declared = schema.get("properties", {}).get(name)
    if declared is None or schema["tagging"].get("taggable") is False:
        return None
    if "$ref" in declared:
        declared = schema["definitions"][declared["$ref"].rpartition("/")[2]]
    return name, "list" if declared.get("type") == "array" else "map"
