"""The variables of a build, from the buildspec, the project, the caller, Parameter Store and Secrets Manager.

A later one wins: buildspec, project, StartBuild.
docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.caller import Caller
from slipway.engine.services.codebuild.buildspec import Buildspec
from slipway.engine.services.codebuild.failure import PhaseFailed
from slipway.engine.store import Record

_SHORTEST_MASKED = 3


@dataclass
class Variables:
    """Names and values, and which values the log may not show."""

    values: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def masked(self, line: str) -> str:
        """`line` with secret values as CodeBuild shows them."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            line = line.replace(secret, "***")
        return line


def resolve(caller: Caller, spec: Buildspec, record: Record) -> Variables:
    """All variables, read under the build's role."""
    declared = [{"name": name, "value": value} for name, value in spec.variables.items()]
    declared += [{"name": n, "value": v, "type": "PARAMETER_STORE"} for n, v in spec.parameter_store.items()]
    declared += [{"name": n, "value": v, "type": "SECRETS_MANAGER"} for n, v in spec.secrets_manager.items()]
    declared += record["environment"].get("environmentVariables", [])
    variables = Variables()
    for item in {item["name"]: item for item in declared}.values():
        kind = item.get("type", "PLAINTEXT")
        value = _READ[kind](caller, item["value"]) if kind in _READ else item["value"]
        variables.values[item["name"]] = value
        if kind in _READ and len(value) >= _SHORTEST_MASKED:
            variables.secrets.update(line for line in value.splitlines() if len(line) >= _SHORTEST_MASKED)
    variables.values |= _documented(record)
    return variables


def _parameter(caller: Caller, name: str) -> str:
    try:
        return str(caller.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except ClientError as error:
        raise PhaseFailed("CLIENT_ERROR", f"Parameter Store: {name}: {error}") from error


def _secret(caller: Caller, reference: str) -> str:
    """`secret-id:json-key:version-stage:version-id`; the last three are optional, and an ARN holds colons itself."""
    parts = reference.split(":")
    head = 7 if reference.startswith("arn:") else 1
    identifier, rest = ":".join(parts[:head]), parts[head:] + [""] * 3
    versions = {"VersionStage": rest[1], "VersionId": rest[2]}
    try:
        answer = caller.client("secretsmanager").get_secret_value(
            SecretId=identifier, **{key: value for key, value in versions.items() if value}
        )
    except ClientError as error:
        raise PhaseFailed("CLIENT_ERROR", f"Secrets Manager: {identifier}: {error}") from error
    return _member(answer["SecretString"], rest[0], identifier)


def _member(text: str, key: str, identifier: str) -> str:
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise PhaseFailed("CLIENT_ERROR", f"Secrets Manager: {identifier} has no JSON key {key}") from error


_READ = {"PARAMETER_STORE": _parameter, "SECRETS_MANAGER": _secret}


def _documented(record: Record) -> dict[str, str]:
    """CodeBuild's own variables."""
    source: Mapping[str, Any] = record["source"]
    return {
        "CI": "true",
        "CODEBUILD_CI": "true",
        "CODEBUILD_BUILD_ARN": record["arn"],
        "CODEBUILD_BUILD_ID": record["id"],
        "CODEBUILD_BUILD_IMAGE": record["environment"]["image"],
        "CODEBUILD_BUILD_NUMBER": str(record["buildNumber"]),
        "CODEBUILD_INITIATOR": record["initiator"],
        "CODEBUILD_KMS_KEY_ID": record.get("encryptionKey", ""),
        "CODEBUILD_LOG_PATH": record["logs"].get("streamName", ""),
        "CODEBUILD_RESOLVED_SOURCE_VERSION": record.get("resolvedSourceVersion", ""),
        "CODEBUILD_SOURCE_REPO_URL": source.get("location", ""),
        "CODEBUILD_SOURCE_VERSION": record.get("sourceVersion", ""),
        "CODEBUILD_START_TIME": str(int(record["startTime"] * 1000)),
    }
