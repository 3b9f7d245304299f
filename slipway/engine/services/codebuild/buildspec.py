"""The build specification, version 0.2: parsed, checked and refused by name before anything runs.

docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
_SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash")
_RUNTIMES = ("python",)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_TOP = {"version", "env", "phases", "artifacts", "cache"}
_ENV = {"shell", "variables", "parameter-store", "secrets-manager", "exported-variables"}
_PHASE = {"on-failure", "runtime-versions", "commands", "finally"}
_ARTIFACTS = {"files", "name", "discard-paths", "base-directory", "exclude-paths"}
_REFUSED = {
    "run-as": "run-as (the build runs as the person who started the engine)",
    "proxy": "proxy",
    "batch": "batch",
    "reports": "reports",
    "git-credential-helper": "env/git-credential-helper",
    "enable-symlinks": "artifacts/enable-symlinks",
    "s3-prefix": "artifacts/s3-prefix",
}


class BuildspecInvalid(Exception):
    """The buildspec cannot be run; the text says where and why."""


class BuildspecNotExecuted(BuildspecInvalid):
    """CodeBuild would run it, the engine does not."""


@dataclass(frozen=True)
class Phase:
    """Commands of a phase, and those that follow whatever happened."""

    commands: tuple[str, ...] = ()
    lastly: tuple[str, ...] = ()
    on_failure: str = ""
    runtimes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Artifacts:
    """Which files make an artifact."""

    files: tuple[str, ...]
    name: str = ""
    base_directory: str = ""
    discard_paths: bool = False
    exclude_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Buildspec:
    """A checked buildspec."""

    shell: str = "sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameter_store: Mapping[str, str] = field(default_factory=dict)
    secrets_manager: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    phases: Mapping[str, Phase] = field(default_factory=dict)
    artifacts: Artifacts | None = None
    secondary_artifacts: Mapping[str, Artifacts] = field(default_factory=dict)
    cache_paths: tuple[str, ...] = ()


def parse(text: str) -> Buildspec:
    """The buildspec in `text`; BuildspecInvalid when it is malformed or wants what is not executed."""
    document = _load(text)
    version = str(document.get("version", ""))
    if version != "0.2":
        raise BuildspecInvalid(f"version: expected 0.2, found {version or 'none'}")
    _only(document, _TOP, "")
    env = _mapping(document, "env", "")
    _only(env, _ENV, "env/")
    phases = _mapping(document, "phases", "")
    if not phases:
        raise BuildspecInvalid("phases: at least one of install, pre_build, build and post_build is needed")
    _only(phases, set(PHASES), "phases/")
    artifacts, secondary = _all_artifacts(document)
    cache = _mapping(document, "cache", "")
    _only(cache, {"paths"}, "cache/")
    return Buildspec(
        shell=_choice(env, "shell", "env/", _SHELLS, "sh").removeprefix("/bin/"),
        variables=_variables(env, "variables"),
        parameter_store=_variables(env, "parameter-store"),
        secrets_manager=_variables(env, "secrets-manager"),
        exported=_exported(env),
        phases={name: _phase(phases, name) for name in PHASES if name in phases},
        artifacts=artifacts,
        secondary_artifacts=secondary,
        cache_paths=_strings(cache, "paths", "cache/"),
    )


def _load(text: str) -> dict[str, Any]:
    try:
        # BaseLoader keeps every scalar a string, as CodeBuild takes them: `1.10` is not 1.1 and `no` is not false.
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes strings only
    except yaml.YAMLError as error:
        raise BuildspecInvalid(f"not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise BuildspecInvalid("expected a mapping with version and phases")
    return document


def _only(mapping: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in mapping:
        if key in known:
            continue
        if key in _REFUSED:
            raise BuildspecNotExecuted(f"{where}{key}: {_REFUSED[key]} is not executed by the local engine")
        raise BuildspecInvalid(f"{where}{key}: unknown; expected one of {', '.join(sorted(known))}")


def _mapping(mapping: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = mapping.get(key) or {}
    if not isinstance(value, dict):
        raise BuildspecInvalid(f"{where}{key}: expected a mapping, found {_kind(value)}")
    return value


def _strings(mapping: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = mapping.get(key) or []
    if not isinstance(value, list):
        raise BuildspecInvalid(f"{where}{key}: expected a list of strings, found {_kind(value)}")
    for number, item in enumerate(value):
        if not isinstance(item, str):
            hint = "; quote a command that contains ': '" if isinstance(item, dict) else ""
            raise BuildspecInvalid(f"{where}{key}[{number}]: expected a string, found {_kind(item)}{hint}")
    return tuple(value)


def _kind(value: object) -> str:
    return {"dict": "a mapping", "list": "a list", "str": "a string"}.get(type(value).__name__, type(value).__name__)


def _choice(mapping: Mapping[str, Any], key: str, where: str, allowed: tuple[str, ...], default: str) -> str:
    value = str(mapping.get(key, default))
    if value not in allowed:
        raise BuildspecInvalid(f"{where}{key}: expected one of {', '.join(allowed)}, found {value}")
    return value


def _variables(env: Mapping[str, Any], key: str) -> dict[str, str]:
    variables = _mapping(env, key, "env/")
    for name, value in variables.items():
        _checked_variable(name, f"env/{key}")
        if not isinstance(value, str):
            raise BuildspecInvalid(f"env/{key}/{name}: expected a string, found {_kind(value)}")
    return variables


def _exported(env: Mapping[str, Any]) -> tuple[str, ...]:
    names = _strings(env, "exported-variables", "env/")
    for name in names:
        _checked_variable(name, "env/exported-variables")
    return names


def _checked_variable(name: str, where: str) -> None:
    if not _VARIABLE.fullmatch(name):
        raise BuildspecInvalid(f"{where}: {name} is not a name of a variable")


def _phase(phases: Mapping[str, Any], name: str) -> Phase:
    where = f"phases/{name}/"
    phase = _mapping(phases, name, "phases/")
    _only(phase, _PHASE, where)
    runtimes = _mapping(phase, "runtime-versions", where)
    if runtimes and name != "install":
        raise BuildspecInvalid(f"{where}runtime-versions: allowed in the install phase only")
    for runtime in runtimes:
        if runtime not in _RUNTIMES:
            raise BuildspecNotExecuted(
                f"{where}runtime-versions/{runtime}: only python is provided by the local engine"
            )
    on_failure = str(phase.get("on-failure", ""))
    if on_failure.startswith("RETRY"):
        raise BuildspecNotExecuted(f"{where}on-failure: RETRY is not executed by the local engine")
    if on_failure not in ("", "ABORT", "CONTINUE"):
        raise BuildspecInvalid(f"{where}on-failure: expected ABORT or CONTINUE, found {on_failure}")
    return Phase(_strings(phase, "commands", where), _strings(phase, "finally", where), on_failure, runtimes)


def _all_artifacts(document: Mapping[str, Any]) -> tuple[Artifacts | None, dict[str, Artifacts]]:
    mapping = _mapping(document, "artifacts", "")
    _only(mapping, {*_ARTIFACTS, "secondary-artifacts"}, "artifacts/")
    secondary = _mapping(mapping, "secondary-artifacts", "artifacts/")
    where = "artifacts/secondary-artifacts/"
    return (
        _artifacts(mapping, "artifacts/") if "files" in mapping else None,
        {name: _artifacts(_mapping(secondary, name, where), f"{where}{name}/") for name in secondary},
    )


def _artifacts(mapping: Mapping[str, Any], where: str) -> Artifacts:
    if where.count("/") != 1:
        _only(mapping, _ARTIFACTS, where)
    files = _strings(mapping, "files", where)
    if not files:
        raise BuildspecInvalid(f"{where}files: at least one location is needed")
    return Artifacts(
        files=files,
        name=str(mapping.get("name", "")),
        base_directory=str(mapping.get("base-directory", "")),
        discard_paths=_choice(mapping, "discard-paths", where, ("yes", "no", "true", "false"), "no") in ("yes", "true"),
        exclude_paths=_strings(mapping, "exclude-paths", where),
    )
