"""Projects.

docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html and its neighbours.
"""

from __future__ import annotations

import time
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.codebuild.service import SERVICE, builds, project_of, projects, refuse
from slipway.engine.services.codebuild.source import EXECUTED
from slipway.engine.store import Record

_CONTAINERS = ("LINUX_CONTAINER", "ARM_CONTAINER")
_PASSES = {"serviceRole": "codebuild.amazonaws.com"}
_DEFAULTS = {"timeoutInMinutes": 60, "queuedTimeoutInMinutes": 480, "description": ""}
_REFUSED = ("vpcConfig", "fileSystemLocations", "buildBatchConfig", "badgeEnabled", "autoRetryLimit")
_REFUSED_ENVIRONMENT = ("certificate", "registryCredential", "fleet", "dockerServer", "computeConfiguration")
_REFUSED_SOURCE = ("auth", "gitSubmodulesConfig", "reportBuildStatus", "buildStatusConfig", "insecureSsl")


def arn_of(parameter: str) -> Any:
    """For `resource=`: the ARN of the project that `parameter` names."""
    return lambda call: call.arn(f"project/{call.params[parameter].rpartition('/')[2]}")


@SERVICE.operation("CreateProject", resource=arn_of("name"), passes=_PASSES)
def create_project(call: Call) -> dict[str, Any]:
    """A project; what the engine would not execute is refused now, not when it builds."""
    name, now = call.params["name"], time.time()
    record = _complete(call, _DEFAULTS | call.params) | {
        "arn": call.arn(f"project/{name}"),
        "created": now,
        "lastModified": now,
    }
    if not projects(call.engine).claim(name, record):
        raise AwsError("ResourceAlreadyExistsException", f"Project already exists: {record['arn']}")
    return {"project": record}


@SERVICE.operation("UpdateProject", resource=arn_of("name"), passes=_PASSES)
def update_project(call: Call) -> dict[str, Any]:
    """Change the members that are given."""
    record = project_of(call.engine, call.params["name"])
    changed = _complete(call, record | call.params) | {"name": record["name"], "lastModified": time.time()}
    projects(call.engine)[record["name"]] = changed
    return {"project": changed}


@SERVICE.operation("DeleteProject", resource=arn_of("name"))
def delete_project(call: Call) -> dict[str, Any]:
    """Remove a project with its builds; one that does not exist is no error."""
    name = call.params["name"].rpartition("/")[2]
    projects(call.engine).pop(name, None)
    store = call.engine.store("codebuild")
    store.table("numbers").pop(name, None)
    for identifier in [key for key, record in builds(call.engine).items() if record["projectName"] == name]:
        store.table("requests").pop(identifier, None)
        builds(call.engine).pop(identifier, None)
    return {}


@SERVICE.operation(
    "BatchGetProjects",
    resource=lambda call: [call.arn(f"project/{name.rpartition('/')[2]}") for name in call.params["names"]],
)
def batch_get_projects(call: Call) -> dict[str, Any]:
    """Several projects, and the names that do not exist."""
    found = {name: projects(call.engine).get(name.rpartition("/")[2]) for name in call.params["names"]}
    return {
        "projects": [record for record in found.values() if record],
        "projectsNotFound": [name for name, record in found.items() if record is None],
    }


@SERVICE.operation("ListProjects")
def list_projects(call: Call) -> dict[str, Any]:
    """All names, in one page."""
    keys = {"NAME": "name", "CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}
    key = keys[call.params.get("sortBy", "NAME")]
    records = sorted(projects(call.engine).values(), key=lambda record: record[key])
    if call.params.get("sortOrder") == "DESCENDING":
        records.reverse()
    return {"projects": [record["name"] for record in records]}


def _complete(call: Call, record: Record) -> Record:
    check(record)
    record.setdefault("encryptionKey", f"arn:aws:kms:{call.region}:{call.account}:alias/aws/s3")
    return record


def check(record: Record) -> None:
    """Refuse what CodeBuild refuses, and, by name, what the engine does not execute."""
    check_executed(record)
    if record["source"]["type"] == "NO_SOURCE" and not record["source"].get("buildspec"):
        raise AwsError(
            "InvalidInputException", "Invalid input: source/buildspec is required with source type NO_SOURCE"
        )
    for artifact in (record["artifacts"], *record.get("secondaryArtifacts", [])):
        if artifact["type"] == "S3" and not artifact.get("location"):
            raise AwsError("InvalidInputException", "Invalid artifacts: location is required with type S3")


def check_executed(record: Record) -> None:
    """Refuse, by name, what the engine does not execute."""
    for name in _REFUSED:
        refuse(record.get(name), name)
    environment = record["environment"]
    refuse(environment["type"] not in _CONTAINERS, f"environment/type {environment['type']}")
    for name in _REFUSED_ENVIRONMENT:
        refuse(environment.get(name), f"environment/{name}")
    for source in (record["source"], *record.get("secondarySources", [])):
        refuse(source["type"] not in EXECUTED, f"source/type {source['type']}")
        for name in _REFUSED_SOURCE:
            refuse(source.get(name), f"source/{name}")
    cache = record.get("cache", {"type": "NO_CACHE"})
    refuse(cache["type"] == "S3", "cache/type S3")
    refuse(record.get("logsConfig", {}).get("s3Logs", {}).get("status") == "ENABLED", "logsConfig/s3Logs")
    for artifact in (record["artifacts"], *record.get("secondaryArtifacts", [])):
        refuse(artifact.get("bucketOwnerAccess"), "artifacts/bucketOwnerAccess")
