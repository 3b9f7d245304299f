"""AWS::CodeBuild::Project.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.services.codebuild.not_executed import not_executed

# Properties whose name is not the API's member with a capital letter.
_MEMBERS = {"BuildSpec": "buildspec", "S3Logs": "s3Logs", "VPCConfig": "vpcConfig"}


def create(call: ResourceCall) -> Created:
    """The project; its name is generated when none is given."""
    name = call.properties.get("Name") or call.physical_name(150)
    return _created(call.caller.client("codebuild").create_project(name=name, **_project(call.properties))["project"])


def update(call: ResourceCall) -> Created:
    """All members but the name; one that was taken out goes back to its default."""
    client = call.caller.client("codebuild")
    removed = {_member(key): _EMPTY[key] for key in _EMPTY if key in call.old_properties and key not in call.properties}
    return _created(client.update_project(name=call.physical_id, **removed | _project(call.properties))["project"])


def delete(call: ResourceCall) -> None:
    """The project and its builds."""
    call.caller.client("codebuild").delete_project(name=call.physical_id)


_EMPTY: dict[str, Any] = {
    "Description": "",
    "SecondarySources": [],
    "SecondarySourceVersions": [],
    "SecondaryArtifacts": [],
    "Cache": {"type": "NO_CACHE"},
    "LogsConfig": {"cloudWatchLogs": {"status": "ENABLED"}},
    "TimeoutInMinutes": 60,
    "QueuedTimeoutInMinutes": 480,
    "Tags": [],
}


def _created(project: dict[str, Any]) -> Created:
    return Created(project["name"], {"Arn": project["arn"], "Id": project["name"]})


def _project(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties in the words of CreateProject, but for the name."""
    members = {key: value for key, value in properties.items() if key not in ("Name", "Visibility")}
    return {_member(key): _converted(value) for key, value in members.items()}


def check(properties: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of a project."""
    if properties.get("Visibility") == "PUBLIC_READ":
        yield "Visibility PUBLIC_READ: builds are not public"
    yield from not_executed(_project(properties))


def _converted(value: Any) -> Any:
    if isinstance(value, dict):
        return {_member(key): _converted(item) for key, item in value.items()}
    return [_converted(item) for item in value] if isinstance(value, list) else value


def _member(name: str) -> str:
    return _MEMBERS.get(name, name[:1].lower() + name[1:])


_NO_VPC = "networks are not executed"
RESOURCES = {
    "AWS::CodeBuild::Project": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                *("Artifacts", "AutoRetryLimit", "BadgeEnabled", "Cache", "ConcurrentBuildLimit", "Description"),
                *("EncryptionKey", "Environment", "LogsConfig", "Name", "QueuedTimeoutInMinutes", "SecondaryArtifacts"),
                *("SecondarySourceVersions", "SecondarySources", "ServiceRole", "Source", "SourceVersion", "Tags"),
                *("TimeoutInMinutes", "Visibility"),
            }
        ),
        refuses={
            "BuildBatchConfig": "builds are made one by one",
            "FileSystemLocations": _NO_VPC,
            "ResourceAccessRole": "builds are not public",
            "Triggers": "there is no git host that would call; use an EventBridge rule",
            "VpcConfig": _NO_VPC,
        },
        check=check,
    )
}
