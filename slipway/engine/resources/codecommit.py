"""AWS::CodeCommit::Repository.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codecommit-repository.html
"""

from __future__ import annotations

import io
import stat
import zipfile
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine import git
from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import changed, or_removed, tag_change, tags_of
from slipway.engine.services.codecommit.changes import seed

_SEED_LIMIT = 20 * 1024 * 1024
_DEFAULT_BRANCH = "main"
_UNIX = 3


def create(call: ResourceCall) -> Created:
    """The repository and, from `Code`, its first commit. A seed that cannot be used leaves no repository behind."""
    files = _seed_files(call, call.properties["Code"]["S3"]) if "Code" in call.properties else {}
    client = call.caller.client("codecommit")
    name = call.properties["RepositoryName"]
    request: dict[str, Any] = {"repositoryName": name, "tags": tags_of(call.properties)}
    request |= (
        {"repositoryDescription": call.properties["RepositoryDescription"]} if _described(call.properties) else {}
    )
    request |= {"kmsKeyId": call.properties["KmsKeyId"]} if "KmsKeyId" in call.properties else {}
    metadata = client.create_repository(**request)["repositoryMetadata"]
    if files:
        with or_removed(call, metadata["repositoryId"]):
            seed(call.caller, name, call.properties["Code"].get("BranchName", _DEFAULT_BRANCH), files)
    return _created(metadata)


def update(call: ResourceCall) -> Created:
    """Name, description, key and tags; `Code` counts at creation only."""
    client = call.caller.client("codecommit")
    name = call.properties["RepositoryName"]
    if changed(call, "RepositoryName"):
        client.update_repository_name(oldName=call.old_properties["RepositoryName"], newName=name)
    if changed(call, "RepositoryDescription"):
        description = call.properties.get("RepositoryDescription", "")
        client.update_repository_description(repositoryName=name, repositoryDescription=description)
    if changed(call, "KmsKeyId"):
        if "KmsKeyId" not in call.properties:
            raise ResourceFailed("KmsKeyId cannot be removed from a repository; name another key instead")
        client.update_repository_encryption_key(repositoryName=name, kmsKeyId=call.properties["KmsKeyId"])
    metadata = client.get_repository(repositoryName=name)["repositoryMetadata"]
    _update_tags(call, metadata["Arn"])
    return _created(metadata)


def delete(call: ResourceCall) -> None:
    """Remove the repository and all it holds, found by its id as the name may have changed."""
    client = call.caller.client("codecommit")
    names = [
        repository["repositoryName"]
        for page in client.get_paginator("list_repositories").paginate()
        for repository in page["repositories"]
        if repository["repositoryId"] == call.physical_id
    ]
    for name in names:
        client.delete_repository(repositoryName=name)


def _created(metadata: dict[str, Any]) -> Created:
    attributes = {"Arn": metadata["Arn"], "Name": metadata["repositoryName"], "RepositoryId": metadata["repositoryId"]}
    attributes |= {"CloneUrlHttp": metadata["cloneUrlHttp"]}
    return Created(metadata["repositoryId"], attributes)


def _described(properties: dict[str, Any]) -> bool:
    return "RepositoryDescription" in properties


def _update_tags(call: ResourceCall, arn: str) -> None:
    client, tags = call.caller.client("codecommit"), tag_change(call)
    if tags.removed:
        client.untag_resource(resourceArn=arn, tagKeys=tags.removed)
    if tags.set:
        client.tag_resource(resourceArn=arn, tags=tags.set)


def _seed_files(call: ResourceCall, location: dict[str, str]) -> dict[str, tuple[str, bytes]]:
    """The files of the seed zip, path → (git mode, content), read under the stack's role."""
    where = f"s3://{location['Bucket']}/{location['Key']}"
    version = {"VersionId": location["ObjectVersion"]} if "ObjectVersion" in location else {}
    try:
        found = call.caller.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"], **version)
    except ClientError as error:
        raise ResourceFailed(f"The seed {where} could not be read: {error}") from error
    if found["ContentLength"] > _SEED_LIMIT:
        raise ResourceFailed(f"The seed {where} has {found['ContentLength']} bytes; at most 20 MB are allowed")
    try:
        with zipfile.ZipFile(io.BytesIO(found["Body"].read())) as archive:
            return {item.filename: _seed_file(archive, item, where) for item in archive.infolist() if not item.is_dir()}
    except zipfile.BadZipFile as error:
        raise ResourceFailed(f"The seed {where} is not a zip file: {error}") from error


def _seed_file(archive: zipfile.ZipFile, item: zipfile.ZipInfo, where: str) -> tuple[str, bytes]:
    content = archive.read(item)
    if not content:
        raise ResourceFailed(f"The seed {where} holds an empty file, {item.filename}; CodeCommit takes none")
    mode = item.external_attr >> 16 if item.create_system == _UNIX else 0
    if stat.S_ISLNK(mode):
        return git.SYMLINK, content
    return (git.EXECUTABLE if mode & stat.S_IXUSR else git.REGULAR), content


RESOURCES = {
    "AWS::CodeCommit::Repository": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"Code", "KmsKeyId", "RepositoryDescription", "RepositoryName", "Tags"}),
        refuses={"Triggers": "use an EventBridge rule on CodeCommit Repository State Change"},
    )
}
