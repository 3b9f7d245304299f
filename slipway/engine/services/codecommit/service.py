"""The service object, and what every operation needs: a repository by its name."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.git import Repository
from slipway.engine.service import Call, Service
from slipway.engine.store import Record, Table

SERVICE = Service("codecommit")

# docs.aws.amazon.com/codecommit/latest/userguide/limits.html
_NAME = re.compile(r"(?!.*\.git$)[\w.\-]{1,100}", re.ASCII)
_BRANCH = re.compile(r"(?!-|/|.*(\.\.|//|@\{|\.lock$|/$|\.$))[^\s~^:?*\[\\\x00-\x1f\x7f]{1,256}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def table(engine: Engine) -> Table:
    """The repositories' records, by name."""
    return engine.store("codecommit").table("repositories")


def git_repository(engine: Engine, name: str) -> Repository:
    """The repository on disk."""
    return Repository(engine.home / "codecommit" / f"{name}.git")


def arn_of(parameter: str) -> Any:
    """For `resource=`: the ARN of the repository that `parameter` names, which some models leave open."""

    def arn(call: Call) -> str:
        if parameter not in call.params:
            raise AwsError("RepositoryNameRequiredException", "A repository name is required but was not specified")
        return call.arn(call.params[parameter])

    return arn


def checked_name(name: str) -> str:
    """`name`, when CodeCommit would take it for a repository."""
    if not _NAME.fullmatch(name):
        raise AwsError(
            "InvalidRepositoryNameException",
            f"{name} is not a valid repository name: 1 to 100 letters, digits, periods, underscores and dashes, "
            "not ending in .git",
        )
    return name


def checked_branch(name: str) -> str:
    """`name`, when git and CodeCommit would take it for a branch."""
    if not _BRANCH.fullmatch(name):
        raise AwsError("InvalidBranchNameException", f"{name} is not a valid branch name")
    return name


def checked_commit(identifier: str, code: str = "InvalidCommitIdException") -> str:
    """`identifier`, when it is a full commit id."""
    if not _COMMIT.fullmatch(identifier):
        raise AwsError(code, f"{identifier} is not a full commit ID of 40 hexadecimal characters")
    return identifier


def record_of(engine: Engine, name: str) -> Record:
    """The record of repository `name`, which must exist."""
    record = table(engine).get(checked_name(name))
    if record is None:
        raise AwsError("RepositoryDoesNotExistException", f"{name} does not exist")
    return record


def open_repository(call: Call) -> Repository:
    """The repository that the call names by `repositoryName`, which must exist."""
    record = record_of(call.engine, call.params["repositoryName"])
    return git_repository(call.engine, record["repositoryName"])


def resolved(repository: Repository, specifier: str) -> str:
    """The commit that `specifier` names, which must exist."""
    commit = repository.resolve(specifier)
    if commit is None:
        raise AwsError(
            "CommitDoesNotExistException", f"The commit specifier {specifier} names no commit in this repository"
        )
    return commit


def metadata(engine: Engine, record: Mapping[str, Any]) -> dict[str, Any]:
    """A repository's record as `RepositoryMetadata`.

    docs.aws.amazon.com/codecommit/latest/APIReference/API_RepositoryMetadata.html
    """
    name = record["repositoryName"]
    optional = ("repositoryDescription", "defaultBranch", "kmsKeyId")
    return {
        "accountId": engine.account,
        "repositoryId": record["repositoryId"],
        "repositoryName": name,
        "creationDate": record["creationDate"],
        "lastModifiedDate": record["lastModifiedDate"],
        "cloneUrlHttp": f"{engine.url}/v1/repos/{name}",
        "Arn": repository_arn(engine, name),
        **{key: record[key] for key in optional if record.get(key)},
    }


def repository_arn(engine: Engine, name: str) -> str:
    """docs.aws.amazon.com/service-authorization/latest/reference/list_awscodecommit.html"""
    return f"arn:aws:codecommit:{engine.region}:{engine.account}:{name}"


def changed_now(record: Record) -> None:
    """Note on the record that it was modified."""
    record["lastModifiedDate"] = time.time()


def folder_of(engine: Engine, name: str) -> Path:
    """Where the repository's objects are."""
    return git_repository(engine, name).path
