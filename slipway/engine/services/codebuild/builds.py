"""Builds: started, stopped, retried and listed.

docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html and its neighbours.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.codebuild import projects, workspace
from slipway.engine.services.codebuild.progress import Progress
from slipway.engine.services.codebuild.run import BuildRun
from slipway.engine.services.codebuild.service import SERVICE, build_id, build_of, builds, project_of, refuse
from slipway.engine.store import Record

_running: dict[str, BuildRun] = {}

# Override → the member of the project or of its source, environment, and so on, that it replaces.
_OVERRIDES = {
    "artifactsOverride": ("artifacts",),
    "secondaryArtifactsOverride": ("secondaryArtifacts",),
    "secondarySourcesOverride": ("secondarySources",),
    "secondarySourcesVersionOverride": ("secondarySourceVersions",),
    "sourceVersion": ("sourceVersion",),
    "sourceTypeOverride": ("source", "type"),
    "sourceLocationOverride": ("source", "location"),
    "gitCloneDepthOverride": ("source", "gitCloneDepth"),
    "buildspecOverride": ("source", "buildspec"),
    "environmentTypeOverride": ("environment", "type"),
    "imageOverride": ("environment", "image"),
    "computeTypeOverride": ("environment", "computeType"),
    "privilegedModeOverride": ("environment", "privilegedMode"),
    "cacheOverride": ("cache",),
    "serviceRoleOverride": ("serviceRole",),
    "timeoutInMinutesOverride": ("timeoutInMinutes",),
    "queuedTimeoutInMinutesOverride": ("queuedTimeoutInMinutes",),
    "encryptionKeyOverride": ("encryptionKey",),
    "logsConfigOverride": ("logsConfig",),
    "imagePullCredentialsTypeOverride": ("environment", "imagePullCredentialsType"),
}
_MERGED = {"projectName", "environmentVariablesOverride", "idempotencyToken"}

# What a build takes over from its project as it stands.
_COPIED = (
    "serviceRole",
    "timeoutInMinutes",
    "queuedTimeoutInMinutes",
    "encryptionKey",
    "source",
    "secondarySources",
    "secondarySourceVersions",
    "sourceVersion",
    "cache",
    "environment",
)


def _builds_project(call: Call) -> str:
    return call.arn(f"project/{build_id(call.params['id']).rpartition(':')[0]}")


@SERVICE.operation(
    "StartBuild", resource=projects.arn_of("projectName"), passes={"serviceRoleOverride": "codebuild.amazonaws.com"}
)
def start_build(call: Call) -> dict[str, Any]:
    """Start a build of a project; it runs in the background."""
    token = call.params.get("idempotencyToken")
    requests = call.engine.store("codebuild").table("requests")
    if token:
        same = [key for key, request in requests.items() if request["params"].get("idempotencyToken") == token]
        if same:
            return {"build": build_of(call.engine, same[0])}
    return {"build": _start(call, call.params)}


def _start(call: Call, params: Record) -> Record:
    project = _overridden(project_of(call.engine, params["projectName"]), params)
    projects.check(project)
    if project["source"]["type"] == "CODEPIPELINE" and not project["source"].get("location"):
        raise AwsError("InvalidInputException", "A project with source type CODEPIPELINE is built by a pipeline only")
    _check_limit(call.engine, project)
    record = _record(call, project)
    request = {"params": params} | {
        key: project[key] for key in ("artifacts", "secondaryArtifacts") if project.get(key)
    }
    call.engine.store("codebuild").table("requests")[record["id"]] = request
    builds(call.engine)[record["id"]] = record
    run = BuildRun(call.engine, record["id"], request)
    _running[record["id"]] = run
    call.engine.spawn(f"build {record['id']}", _run, record["id"], run)
    return record


def _run(identifier: str, run: BuildRun) -> None:
    try:
        run.run()
    finally:
        _running.pop(identifier, None)


def _overridden(project: Record, params: Record) -> Record:
    for name, value in params.items():
        if name in _MERGED:
            continue
        refuse(name not in _OVERRIDES and value, name)
        *path, last = _OVERRIDES.get(name, ("",))
        target = project
        for part in path:
            target = target[part]
        target[last] = value
    environment = project["environment"]
    variables = {item["name"]: item for item in environment.get("environmentVariables", [])}
    variables |= {item["name"]: item for item in params.get("environmentVariablesOverride", [])}
    environment["environmentVariables"] = list(variables.values())
    return project


def _check_limit(engine: Engine, project: Record) -> None:
    limit = project.get("concurrentBuildLimit")
    running = [
        record
        for record in builds(engine).values()
        if record["projectName"] == project["name"] and not record["buildComplete"]
    ]
    if limit and len(running) >= limit:
        raise AwsError(
            "AccountLimitExceededException", f"Cannot have more than {limit} running builds of {project['name']}"
        )


def _record(call: Call, project: Record) -> Record:
    unique = str(uuid.uuid4())
    identifier = f"{project['name']}:{unique}"
    number = call.engine.store("codebuild").table("numbers")
    number.setdefault(project["name"], {"last": 0})
    count = number.change(project["name"], lambda record: record.update(last=record["last"] + 1))["last"]
    return {
        "id": identifier,
        "arn": call.arn(f"build/{identifier}"),
        "buildNumber": count,
        "startTime": time.time(),
        "currentPhase": "SUBMITTED",
        "buildStatus": "IN_PROGRESS",
        "buildComplete": False,
        "projectName": project["name"],
        "phases": [],
        "artifacts": {"location": ""},
        "initiator": _initiator(call.caller.arn),
        "logs": _logs(call, project, unique),
        **{key: project[key] for key in _COPIED if key in project},
    }


def _initiator(arn: str) -> str:
    """`user-name`, or `role-name/session-name`."""
    return arn.rpartition(":")[2].partition("/")[2]


def _logs(call: Call, project: Record, unique: str) -> Record:
    wanted = project.get("logsConfig", {}).get("cloudWatchLogs", {"status": "ENABLED"})
    if wanted["status"] == "DISABLED":
        return {"cloudWatchLogs": wanted}
    group = wanted.get("groupName", f"/aws/codebuild/{project['name']}")
    stream = "/".join(filter(None, (wanted.get("streamName", ""), unique)))
    arn = f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}:log-stream:{stream}"
    link = f"{call.engine.url}/#logEventViewer:group={group};stream={stream}"
    return {
        "groupName": group,
        "streamName": stream,
        "deepLink": link,
        "cloudWatchLogsArn": arn,
        "cloudWatchLogs": wanted,
    }


@SERVICE.operation("StopBuild", resource=_builds_project)
def stop_build(call: Call) -> dict[str, Any]:
    """End a build that runs; its processes are gone when this returns."""
    record = build_of(call.engine, call.params["id"])
    run = _running.get(record["id"])
    if run is not None:
        run.stop()
    return {"build": build_of(call.engine, record["id"])}


@SERVICE.operation("RetryBuild", resource=_builds_project)
def retry_build(call: Call) -> dict[str, Any]:
    """Start a build again with what it was started with."""
    record = build_of(call.engine, call.params["id"])
    if not record["buildComplete"]:
        raise AwsError(
            "InvalidInputException", f"{record['id']} is still running; only a completed build can be retried"
        )
    params: Record = dict(call.engine.store("codebuild").table("requests")[record["id"]]["params"])
    params.pop("idempotencyToken", None)
    return {"build": _start(call, params)}


@SERVICE.operation(
    "BatchGetBuilds",
    resource=lambda call: [
        call.arn(f"project/{name}") for name in sorted({build_id(i).rpartition(":")[0] for i in call.params["ids"]})
    ],
)
def batch_get_builds(call: Call) -> dict[str, Any]:
    """Several builds, and the ids that do not exist."""
    found = {identifier: builds(call.engine).get(build_id(identifier)) for identifier in call.params["ids"]}
    return {
        "builds": [record for record in found.values() if record],
        "buildsNotFound": [identifier for identifier, record in found.items() if record is None],
    }


@SERVICE.operation("BatchDeleteBuilds")
def batch_delete_builds(call: Call) -> dict[str, Any]:
    """Forget builds that have ended."""
    deleted, kept = [], []
    for identifier in call.params["ids"]:
        record = builds(call.engine).get(build_id(identifier))
        if record is None or not record["buildComplete"]:
            kept.append({"id": identifier, "statusCode": "BUILD_IN_PROGRESS" if record else "BUILD_NOT_FOUND"})
            continue
        builds(call.engine).pop(record["id"], None)
        deleted.append(record["arn"])
    return {"buildsDeleted": deleted, "buildsNotDeleted": kept}


@SERVICE.operation("ListBuilds")
def list_builds(call: Call) -> dict[str, Any]:
    """Ids of all builds, the newest first, in one page."""
    return {"ids": _ordered(call, list(builds(call.engine)))}


@SERVICE.operation("ListBuildsForProject", resource=projects.arn_of("projectName"))
def list_builds_for_project(call: Call) -> dict[str, Any]:
    """Ids of one project's builds, the newest first, in one page."""
    project = project_of(call.engine, call.params["projectName"])
    return {"ids": _ordered(call, [key for key in builds(call.engine) if key.rpartition(":")[0] == project["name"]])}


def _ordered(call: Call, identifiers: list[str]) -> list[str]:
    return identifiers if call.params.get("sortOrder") == "ASCENDING" else identifiers[::-1]


@SERVICE.on_start
def fail_interrupted_builds(engine: Engine) -> None:
    """A build does not survive the engine: one that ran when it ended has failed, and can be retried."""
    for record in list(builds(engine).values()):
        if record["buildComplete"]:
            continue
        progress = Progress(engine, record["id"])
        progress.interrupt("The local engine ended while this build ran; RetryBuild starts it again.")
    for folder in (engine.home / "builds").glob("*"):
        workspace.remove(engine.processes, folder)


@SERVICE.on_stop
def stop_builds(engine: Engine) -> None:
    """End what runs; the next engine marks it."""
    del engine
    for run in list(_running.values()):
        run.stop()
