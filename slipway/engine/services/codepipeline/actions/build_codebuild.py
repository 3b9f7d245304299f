"""Build/CodeBuild: a build of a project with the input artifacts as its sources.

CodePipeline hands artifacts to a CODEPIPELINE project by a door that StartBuild does not have; here it says the same
with StartBuild's overrides: sources and artifacts are S3 objects of the artifact store.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.services.codepipeline.action_type import HOUR, ActionType, Key
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded, Waiting

_TYPES = ("PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER")
KEYS = {
    "ProjectName": Key(required=True),
    "PrimarySource": Key(),
    "EnvironmentVariables": Key(json=True),
    "BatchEnabled": Key(values=("false",), refused={"true": "batch builds"}),
    "CombineArtifacts": Key(values=("false",), refused={"true": "batch builds"}),
}


def start(attempt: Attempt) -> Waiting:
    """Start the build; a second call finds the first one's build by its token."""
    build = attempt.client("codebuild").start_build(
        projectName=attempt.configuration["ProjectName"],
        idempotencyToken=attempt.id,
        **_sources(attempt),
        **_artifacts(attempt),
        **_encryption(attempt),
        environmentVariablesOverride=environment(attempt.configuration.get("EnvironmentVariables", "[]")),
    )["build"]
    return Waiting({"build": build["id"]}, _link(build))


def poll(attempt: Attempt) -> Succeeded | Waiting:
    """Look at the build."""
    builds = attempt.client("codebuild").batch_get_builds(ids=[attempt.memory["build"]])["builds"]
    if not builds:
        raise ActionFailed("JobFailed", f"The build {attempt.memory['build']} no longer exists")
    build = builds[0]
    if build["buildStatus"] == "IN_PROGRESS":
        return Waiting(attempt.memory, _link(build))
    if build["buildStatus"] != "SUCCEEDED":
        raise ActionFailed("JobFailed", _failure(build), _link(build))
    exported = {item["name"]: item["value"] for item in build.get("exportedEnvironmentVariables", [])}
    return Succeeded(exported, _link(build))


def environment(text: str) -> list[dict[str, str]]:
    """The EnvironmentVariables value as StartBuild takes it; ActionFailed when it is not of AWS's form."""
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise ActionFailed("ConfigurationError", f"EnvironmentVariables is not valid JSON: {error}") from error
    if not isinstance(variables, list) or not all(_is_variable(item) for item in variables):
        raise ActionFailed(
            "ConfigurationError",
            "EnvironmentVariables must be a JSON array of objects with name, value and optionally type "
            f"({', '.join(_TYPES)})",
        )
    return [{"type": "PLAINTEXT", **item} for item in variables]


def _is_variable(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and {"name", "value"} <= set(item) <= {"name", "value", "type"}
        and all(isinstance(value, str) for value in item.values())
        and item.get("type", "PLAINTEXT") in _TYPES
    )


def _sources(attempt: Attempt) -> dict[str, Any]:
    """The primary source is the only input, or the one that PrimarySource names; the others keep their names."""
    primary = attempt.configuration.get("PrimarySource") or next(iter(attempt.inputs))
    if primary not in attempt.inputs or (len(attempt.inputs) > 1 and "PrimarySource" not in attempt.configuration):
        names = ", ".join(attempt.inputs)
        raise ActionFailed("ConfigurationError", f"PrimarySource must name one of the input artifacts: {names}")
    others = [
        {"type": "S3", "sourceIdentifier": name, "location": _location(place)}
        for name, place in attempt.inputs.items()
        if name != primary
    ]
    first = {"sourceTypeOverride": "CODEPIPELINE", "sourceLocationOverride": _location(attempt.inputs[primary])}
    first |= _revision(attempt, primary)
    return {**first, **({"secondarySourcesOverride": others} if others else {})}


def _revision(attempt: Attempt, artifact: str) -> dict[str, str]:
    """The revision of the source action that made `artifact`: the build's CODEBUILD_RESOLVED_SOURCE_VERSION."""
    revisions = attempt.board.read(attempt.execution_id)["revisions"]
    for stage in attempt.pipeline["stages"]:
        for action in stage["actions"]:
            made = [output["name"] for output in action.get("outputArtifacts", [])]
            if artifact in made and action["name"] in revisions:
                return {"sourceVersion": revisions[action["name"]]["revisionId"]}
    return {}


def _artifacts(attempt: Attempt) -> dict[str, Any]:
    """One output is the build's primary artifact; several are its secondary ones, by name."""
    if not attempt.outputs:
        return {"artifactsOverride": {"type": "NO_ARTIFACTS"}}
    places = [_artifact(name, place) for name, place in attempt.outputs.items()]
    if len(places) == 1:
        return {"artifactsOverride": {key: value for key, value in places[0].items() if key != "artifactIdentifier"}}
    return {"artifactsOverride": {"type": "NO_ARTIFACTS"}, "secondaryArtifactsOverride": places}


def _artifact(name: str, place: dict[str, str]) -> dict[str, Any]:
    folder, _, file = place["key"].rpartition("/")
    return {
        "type": "S3",
        "location": place["bucket"],
        "path": folder,
        "namespaceType": "NONE",
        "name": file,
        "packaging": "ZIP",
        "overrideArtifactName": False,
        "artifactIdentifier": name,
    }


def _encryption(attempt: Attempt) -> dict[str, str]:
    key = attempt.store.get("encryptionKey")
    return {"encryptionKeyOverride": key["id"]} if key else {}


def _location(place: dict[str, str]) -> str:
    return f"{place['bucket']}/{place['key']}"


def _link(build: dict[str, Any]) -> Link:
    logs = build.get("logs", {})
    return Link(id=build["id"], url=logs.get("deepLink", ""), log_stream_arn=logs.get("cloudWatchLogsArn", ""))


def _failure(build: dict[str, Any]) -> str:
    """AWS's sentence: the status, and the phase that failed with its code and message."""
    parts = [f"Build terminated with state: {build['buildStatus']}"]
    for phase in build.get("phases", []):
        if phase.get("phaseStatus") not in (None, "SUCCEEDED"):
            contexts = phase.get("contexts") or [{}]
            code, message = contexts[0].get("statusCode", ""), contexts[0].get("message", "")
            parts.append(f"Phase: {phase['phaseType']}, Code: {code}, Message: {message}")
            break
    return ". ".join(parts)


def codebuild(category: str) -> ActionType:
    """CodeBuild as an action of a category: Build and Test differ in nothing else."""
    return ActionType(
        category=category,
        provider="CodeBuild",
        start=start,
        poll=poll,
        keys=KEYS,
        inputs=(1, 5),
        outputs=(0, 5),
        seconds=36 * HOUR,
    )


ACTION = codebuild("Build")
