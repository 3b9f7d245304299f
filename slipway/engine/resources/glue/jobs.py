"""AWS::Glue::Job.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-job.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.resource import Created, Partly, ResourceCall, ResourceType
from slipway.engine.resource_properties import tags_of, text_of
from slipway.engine.resources.glue.common import members, set_tags
from slipway.engine.services.glue import arguments, definition

_ARGUMENTS = ("DefaultArguments", "NonOverridableArguments")
_NUMBERS = {"MaxRetries": int, "Timeout": int, "NumberOfWorkers": int, "MaxCapacity": float}


def create(call: ResourceCall) -> Created:
    """The job; its name is generated when none is given."""
    name = call.properties.get("Name") or call.physical_name(255)
    call.caller.client("glue").create_job(Name=name, Tags=tags_of(call.properties), **_definition(call))
    return Created(name)


def update(call: ResourceCall) -> Created:
    """The whole definition, and the tags."""
    call.caller.client("glue").update_job(JobName=call.physical_id, JobUpdate=_definition(call))
    set_tags(call, "job")
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The job; that it is gone already is no error of Glue's."""
    call.caller.client("glue").delete_job(JobName=call.physical_id)


def _definition(call: ResourceCall) -> dict[str, Any]:
    given = members(call, "Name", "Tags")
    for name in _ARGUMENTS:
        if name in given:
            given[name] = {key: text_of(value) for key, value in given[name].items()}
    for name, number in _NUMBERS.items():
        if name in given:
            given[name] = number(given[name])
    return given


def check(properties: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of a job."""
    yield from definition.not_executed(_known(properties))
    for name in _ARGUMENTS:
        given = properties.get(name)
        known = {key: text_of(value) for key, value in _known(given).items()} if isinstance(given, Mapping) else {}
        try:
            arguments.check(name, known)
        except AwsError as error:
            yield error.message


def _known(value: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are known; what must have a value to be executed has the one that is."""
    known = {name: item for name, item in value.items() if not isinstance(item, Partly)}
    if isinstance(known.get("Command"), Mapping):
        known["Command"] = _known(known["Command"])
    if isinstance(value.get("GlueVersion"), Partly):
        known["GlueVersion"] = definition.SPARK_VERSIONS[0]
    return known


RESOURCES = {
    "AWS::Glue::Job": ResourceType(
        create,
        update,
        delete,
        honours=frozenset(
            {
                *("Command", "DefaultArguments", "Description", "ExecutionProperty", "GlueVersion", "JobMode"),
                *("MaxCapacity", "MaxRetries", "Name", "NonOverridableArguments", "NumberOfWorkers", "Role"),
                *("Tags", "Timeout", "WorkerType"),
            }
        ),
        without_effect={
            "ExecutionClass": "runs start at once",
            "LogUri": "AWS reserves it for later",
            "NotificationProperty": "no event is sent of a run that is late",
        },
        refuses={
            "AllocatedCapacity": "deprecated; use MaxCapacity, or WorkerType and NumberOfWorkers",
            "Command.Runtime": "Ray jobs are not executed",
            "Connections": "there are no networks to connect to",
            "JobRunQueuingEnabled": "runs are not queued",
            "MaintenanceWindow": "there are no streaming jobs",
            "SecurityConfiguration": "there are no security configurations",
        },
        check=check,
    )
}
