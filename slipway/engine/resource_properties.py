"""What modules of `slipway/engine/resources/` have in common: reading a resource's properties and comparing them.

CloudFormation writes members with a capital letter, most APIs with a small one; tags are a list or a map.
"""

from __future__ import annotations

import json
import secrets
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.handler_errors import handler_message
from slipway.engine.resource import Partly, ResourceCall, ResourceFailed

Properties = Mapping[str, Any]
_RANDOM_CHARACTERS = 12


def changed(call: ResourceCall, *names: str) -> bool:
    """Whether one of the properties is set on create, or differs on update."""
    return any(call.properties.get(name) != call.old_properties.get(name) for name in names)


def picked(properties: Properties, *names: str) -> dict[str, Any]:
    """Those of the properties that are set, under their own names."""
    return {name: properties[name] for name in names if name in properties}


def is_known(value: Any) -> bool:
    """Whether the whole of a value is known before anything is made (see `Partly`)."""
    if isinstance(value, Mapping):
        return all(map(is_known, value.values()))
    return all(map(is_known, value)) if isinstance(value, list) else not isinstance(value, Partly)


def known_objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, as far as it is known before anything is made (see `Partly`)."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def renamed(value: Any) -> Any:
    """A value with every member's first letter small, as most JSON protocols write it."""
    if isinstance(value, list):
        return [renamed(item) for item in value]
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: renamed(item) for name, item in value.items()}
    return value


def tags_of(properties: Properties) -> dict[str, str]:
    """The tags, key → value, from CloudFormation's list or map."""
    tags = properties.get("Tags") or {}
    return dict(tags) if isinstance(tags, Mapping) else {tag["Key"]: tag["Value"] for tag in tags}


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as a list of pairs, with the API's names for the two."""
    return [{key: name, value: text} for name, text in tags.items()]


def text_of(value: Any) -> str:
    """A value as an API has it that takes texts: numbers and booleans as one writes them, policies as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class TagChange:
    """What an update does to the tags of a resource: those to set, and the keys to remove."""

    set: dict[str, str]
    removed: list[str]


def tag_change(call: ResourceCall) -> TagChange:
    """From the old tags to the new ones."""
    old, new = tags_of(call.old_properties), tags_of(call.properties)
    return TagChange({key: new[key] for key in new if old.get(key) != new[key]}, [key for key in old if key not in new])


@contextmanager
def gone_is_fine(*codes: str) -> Iterator[None]:
    """Delete something, and be content with an error that says that it is not there."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise


@contextmanager
def or_removed(call: ResourceCall, physical_id: str) -> Iterator[None]:
    """Finish a create: what fails from here on, or ends with the engine, leaves a resource behind, to be deleted."""
    call.began(physical_id)
    service = call.resource_type.split("::")[1]
    try:
        yield
    except ClientError as error:
        raise ResourceFailed(handler_message(service, error), physical_id=physical_id) from error
    except ResourceFailed as failure:
        raise ResourceFailed(str(failure), physical_id=physical_id) from failure


def is_there(read: Callable[[], object], *missing: str) -> bool:
    """Whether a read finds its thing; `missing` are the error codes that say that it does not."""
    try:
        read()
    except ClientError as error:
        if error.response["Error"]["Code"] in missing:
            return False
        raise
    return True


def already_exists(resource_type: str, identifier: str) -> ResourceFailed:
    """CloudFormation's refusal to make what is there already, where the service's own API would just take it over."""
    return ResourceFailed(
        f"Resource handler returned message: \"Resource of type '{resource_type}' with identifier '{identifier}' "
        f'already exists." (RequestToken: {uuid.uuid4()}, HandlerErrorCode: AlreadyExists)'
    )


def name_of_logical_id(call: ResourceCall, prefix: str = "") -> str:
    """A generated name of the few types whose names do not begin with the stack's."""
    letters = string.ascii_letters + string.digits
    return f"{prefix}{call.logical_id}-{''.join(secrets.choice(letters) for _ in range(_RANDOM_CHARACTERS))}"
