"""AWS::Events::Archive.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import gone_is_fine, picked, text_of

_NAME_LENGTH = 48
_CHANGEABLE = ("Description", "EventPattern", "RetentionDays")
# What UpdateArchive is told of a property that was taken out of the template.
_DEFAULTS = {"Description": "", "RetentionDays": 0}


def create(call: ResourceCall) -> Created:
    """The archive; CreateArchive refuses a name that is taken."""
    name = call.properties.get("ArchiveName") or call.physical_name(_NAME_LENGTH)
    made = _client(call).create_archive(
        ArchiveName=name, EventSourceArn=call.properties["SourceArn"], **_changeable(call.properties)
    )
    return Created(name, {"Arn": made["ArchiveArn"]})


def update(call: ResourceCall) -> Created:
    """Description, pattern and retention. UpdateArchive can give an archive a pattern, and cannot take it away."""
    if "EventPattern" in call.old_properties and "EventPattern" not in call.properties:
        raise ResourceFailed(
            "UpdateArchive cannot take the EventPattern of an archive away; change the ArchiveName too"
        )
    changed = _DEFAULTS | _changeable(call.properties)
    made = _client(call).update_archive(ArchiveName=call.physical_id, **changed)
    return Created(call.physical_id, {"Arn": made["ArchiveArn"]})


def delete(call: ResourceCall) -> None:
    """The archive and its events."""
    with gone_is_fine("ResourceNotFoundException"):
        _client(call).delete_archive(ArchiveName=call.physical_id)


def _client(call: ResourceCall) -> Any:
    return call.caller.client("events")


def _changeable(properties: dict[str, Any]) -> dict[str, Any]:
    given = picked(properties, *_CHANGEABLE)
    return given | {"EventPattern": text_of(given["EventPattern"])} if "EventPattern" in given else given


RESOURCES = {
    "AWS::Events::Archive": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"ArchiveName", "Description", "EventPattern", "SourceArn"}),
        without_effect={"RetentionDays": "events are kept as long as their archive"},
        refuses={"KmsKeyIdentifier": "archives are not encrypted"},
    )
}
