"""Repositories and their tags.

docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html and its neighbours.
"""

from __future__ import annotations

import shutil
import time
import uuid
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.git import Repository
from slipway.engine.service import Call
from slipway.engine.services.codecommit.references import changing
from slipway.engine.services.codecommit.service import (
    SERVICE,
    arn_of,
    changed_now,
    checked_branch,
    checked_name,
    folder_of,
    metadata,
    record_of,
    table,
)
from slipway.engine.store import Record

_BATCH_LIMIT = 100


@SERVICE.operation("CreateRepository", resource=arn_of("repositoryName"))
def create_repository(call: Call) -> dict[str, Any]:
    """An empty repository; it has no default branch until something is pushed."""
    name = checked_name(call.params["repositoryName"])
    now = time.time()
    record: Record = {
        "repositoryId": str(uuid.uuid4()),
        "repositoryName": name,
        "repositoryDescription": call.params.get("repositoryDescription", ""),
        "kmsKeyId": _key_arn(call, call.params["kmsKeyId"]) if "kmsKeyId" in call.params else "",
        "tags": call.params.get("tags", {}),
        "creationDate": now,
        "lastModifiedDate": now,
    }
    if not table(call.engine).claim(name, record):
        raise AwsError("RepositoryNameExistsException", f"Repository named {name} already exists")
    Repository.create(folder_of(call.engine, name))
    return {"repositoryMetadata": metadata(call.engine, record)}


def _key_arn(call: Call, key: str) -> str:
    """The key's ARN, looked up by the caller, who needs `kms:DescribeKey`; the key must be enabled.

    docs.aws.amazon.com/codecommit/latest/userguide/encryption.html
    """
    try:
        found = call.caller.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    except ClientError as error:
        reason = error.response["Error"]
        missing = reason["Code"] == "NotFoundException"
        code = "EncryptionKeyNotFoundException" if missing else "EncryptionKeyAccessDeniedException"
        raise AwsError(code, f"{key}: {reason['Message']}") from error
    if not found["Enabled"]:
        raise AwsError("EncryptionKeyDisabledException", f"{found['Arn']} is disabled")
    return str(found["Arn"])


@SERVICE.operation("GetRepository", resource=arn_of("repositoryName"))
def get_repository(call: Call) -> dict[str, Any]:
    """One repository."""
    return {"repositoryMetadata": metadata(call.engine, record_of(call.engine, call.params["repositoryName"]))}


@SERVICE.operation(
    "BatchGetRepositories", resource=lambda call: [call.arn(name) for name in call.params["repositoryNames"]]
)
def batch_get_repositories(call: Call) -> dict[str, Any]:
    """Several repositories, and the names that do not exist."""
    names = [checked_name(name) for name in call.params["repositoryNames"]]
    if len(names) > _BATCH_LIMIT:
        raise AwsError(
            "MaximumRepositoryNamesExceededException", f"At most {_BATCH_LIMIT} repository names in one call"
        )
    records = {name: table(call.engine).get(name) for name in names}
    return {
        "repositories": [metadata(call.engine, record) for record in records.values() if record],
        "repositoriesNotFound": [name for name, record in records.items() if record is None],
    }


@SERVICE.operation("ListRepositories")
def list_repositories(call: Call) -> dict[str, Any]:
    """Names and ids, in one page."""
    key = call.params.get("sortBy", "repositoryName")
    records = sorted(table(call.engine).values(), key=lambda record: record[key])
    if call.params.get("order", "ascending") == "descending":
        records.reverse()
    names = ("repositoryName", "repositoryId")
    return {"repositories": [{name: record[name] for name in names} for record in records]}


@SERVICE.operation("DeleteRepository", resource=arn_of("repositoryName"))
def delete_repository(call: Call) -> dict[str, Any]:
    """Remove a repository; the answer for one that does not exist is empty."""
    name = checked_name(call.params["repositoryName"])
    record = table(call.engine).pop(name, None)
    if record is None:
        return {}
    shutil.rmtree(folder_of(call.engine, name), ignore_errors=True)
    return {"repositoryId": record["repositoryId"]}


@SERVICE.operation("UpdateRepositoryDescription", resource=arn_of("repositoryName"))
def update_repository_description(call: Call) -> dict[str, Any]:
    """Change or, without a description, remove it."""
    _change(call, repositoryDescription=call.params.get("repositoryDescription", ""))
    return {}


@SERVICE.operation("UpdateRepositoryEncryptionKey", resource=arn_of("repositoryName"))
def update_repository_encryption_key(call: Call) -> dict[str, Any]:
    """Note another key for the repository."""
    record = record_of(call.engine, call.params["repositoryName"])
    key = _key_arn(call, call.params["kmsKeyId"])
    _change(call, kmsKeyId=key)
    original = {"originalKmsKeyId": record["kmsKeyId"]} if record["kmsKeyId"] else {}
    return {"repositoryId": record["repositoryId"], "kmsKeyId": key, **original}


@SERVICE.operation("UpdateDefaultBranch", resource=arn_of("repositoryName"))
def update_default_branch(call: Call) -> dict[str, Any]:
    """Make an existing branch the default one."""
    branch = checked_branch(call.params["defaultBranchName"])
    record = record_of(call.engine, call.params["repositoryName"])
    with changing(call.engine, record["repositoryName"], call.caller.arn) as repository:
        if branch not in repository.branches():
            raise AwsError("BranchDoesNotExistException", f"{branch} does not exist in {record['repositoryName']}")
        repository.default_branch = branch
    _change(call, defaultBranch=branch)
    return {}


@SERVICE.operation(
    "UpdateRepositoryName", resource=lambda call: [call.arn(call.params[key]) for key in ("oldName", "newName")]
)
def update_repository_name(call: Call) -> dict[str, Any]:
    """Rename: the clone URL changes with it."""
    old, new = call.params["oldName"], checked_name(call.params["newName"])
    record = record_of(call.engine, old)
    if not table(call.engine).claim(new, record | {"repositoryName": new, "lastModifiedDate": time.time()}):
        raise AwsError("RepositoryNameExistsException", f"Repository named {new} already exists")
    folder_of(call.engine, old).rename(folder_of(call.engine, new))
    del table(call.engine)[old]
    return {}


def _change(call: Call, **values: str) -> None:
    def change(record: Record) -> None:
        record.update(values)
        changed_now(record)

    record = record_of(call.engine, call.params["repositoryName"])
    table(call.engine).change(record["repositoryName"], change)


# Tags


def _tagged(call: Call) -> str:
    """The name of the repository whose ARN the call gives."""
    arn = call.params["resourceArn"]
    name = arn.rpartition(":")[2]
    if arn != call.arn(name):
        raise AwsError(
            "InvalidResourceArnException", f"{arn} is not the ARN of a repository of this account and Region"
        )
    return str(record_of(call.engine, name)["repositoryName"])


@SERVICE.operation("TagResource", resource=lambda call: call.params["resourceArn"])
def tag_resource(call: Call) -> dict[str, Any]:
    """Add or change tags."""
    table(call.engine).change(_tagged(call), lambda record: record["tags"].update(call.params["tags"]))
    return {}


@SERVICE.operation("UntagResource", resource=lambda call: call.params["resourceArn"])
def untag_resource(call: Call) -> dict[str, Any]:
    """Remove tags."""

    def remove(record: Record) -> None:
        record["tags"] = {key: value for key, value in record["tags"].items() if key not in call.params["tagKeys"]}

    table(call.engine).change(_tagged(call), remove)
    return {}


@SERVICE.operation("ListTagsForResource", resource=lambda call: call.params["resourceArn"])
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """A repository's tags."""
    return {"tags": record_of(call.engine, _tagged(call))["tags"]}
