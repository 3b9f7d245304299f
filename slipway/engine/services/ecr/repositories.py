"""Repositories, their settings, lifecycle policies and tags, and the registry's login.

docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html and its neighbours.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import time
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.ecr import lifecycle
from slipway.engine.services.ecr.service import (
    SERVICE,
    images,
    layer_path,
    page,
    repositories,
    repository_arn,
    repository_of,
)
from slipway.engine.store import Record

_SHOWN = (
    "repositoryArn",
    "registryId",
    "repositoryName",
    "repositoryUri",
    "createdAt",
    "imageTagMutability",
    "imageTagMutabilityExclusionFilters",
    "imageScanningConfiguration",
    "encryptionConfiguration",
)
_TOKEN_SECONDS = 12 * 3600


def _shown(record: Record) -> Record:
    return {key: record[key] for key in _SHOWN if key in record}


@SERVICE.operation("CreateRepository", resource=repository_arn)
def create_repository(call: Call) -> dict[str, Any]:
    """An empty repository."""
    name = call.params["repositoryName"]
    record = {
        "repositoryArn": call.arn(f"repository/{name}"),
        "registryId": call.account,
        "repositoryName": name,
        "repositoryUri": f"{call.account}.dkr.ecr.{call.region}.amazonaws.com/{name}",
        "createdAt": time.time(),
        "imageTagMutability": call.params.get("imageTagMutability", "MUTABLE"),
        "imageScanningConfiguration": call.params.get("imageScanningConfiguration", {"scanOnPush": False}),
        "encryptionConfiguration": _encryption(call),
        "tags": {tag["Key"]: tag["Value"] for tag in call.params.get("tags", [])},
    }
    if "imageTagMutabilityExclusionFilters" in call.params:
        record["imageTagMutabilityExclusionFilters"] = call.params["imageTagMutabilityExclusionFilters"]
    if not repositories(call.engine).claim(name, record):
        raise AwsError(
            "RepositoryAlreadyExistsException",
            f"The repository with name '{name}' already exists in the registry with id '{call.account}'",
        )
    return {"repository": _shown(record)}


def _encryption(call: Call) -> dict[str, str]:
    """The setting; a key that is named must be there for the caller, who needs `kms:DescribeKey`.

    docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
    """
    setting: dict[str, str] = call.params.get("encryptionConfiguration", {"encryptionType": "AES256"})
    if "kmsKey" in setting:
        try:
            call.caller.client("kms").describe_key(KeyId=setting["kmsKey"])
        except ClientError as error:
            raise AwsError("KmsException", f"The key {setting['kmsKey']} cannot be used: {error}") from error
    return setting


def _described(call: Call) -> str | list[str]:
    return [call.arn(f"repository/{name}") for name in call.params.get("repositoryNames", [])] or call.arn(
        "repository/*"
    )


@SERVICE.operation("DescribeRepositories", resource=_described)
def describe_repositories(call: Call) -> dict[str, Any]:
    """All repositories, or those named, which must exist."""
    names = call.params.get("repositoryNames") or sorted(repositories(call.engine))
    found = [repositories(call.engine).get(name) for name in names]
    for name, record in zip(names, found, strict=True):
        if record is None:
            raise AwsError(
                "RepositoryNotFoundException",
                f"The repository with name '{name}' does not exist in the registry with id '{call.account}'",
            )
    return page(call, "repositories", [_shown(record) for record in found if record], named="repositoryNames")


@SERVICE.operation("DeleteRepository", resource=repository_arn)
def delete_repository(call: Call) -> dict[str, Any]:
    """Remove a repository; one that holds images only by force."""
    record = repository_of(call)
    name = record["repositoryName"]
    held = images(call.engine, name)
    if held and not call.params.get("force"):
        raise AwsError(
            "RepositoryNotEmptyException",
            f"The repository with name '{name}' in registry with id '{call.account}' "
            "cannot be deleted because it still contains images",
        )
    held.clear()
    del repositories(call.engine)[name]
    shutil.rmtree(layer_path(call.engine, name, "layers").parent, ignore_errors=True)
    return {"repository": _shown(record)}


@SERVICE.operation("PutImageTagMutability", resource=repository_arn)
def put_image_tag_mutability(call: Call) -> dict[str, Any]:
    """Let tags be moved, or not."""
    filters = call.params.get("imageTagMutabilityExclusionFilters")
    values = {"imageTagMutability": call.params["imageTagMutability"]}
    _change(call, **values, **({"imageTagMutabilityExclusionFilters": filters} if filters else {}))
    return {**_named(call), **values, **({"imageTagMutabilityExclusionFilters": filters} if filters else {})}


@SERVICE.operation("PutImageScanningConfiguration", resource=repository_arn)
def put_image_scanning_configuration(call: Call) -> dict[str, Any]:
    """Note whether images are scanned when pushed; each then says that it is of a kind that cannot be scanned."""
    values = {"imageScanningConfiguration": call.params["imageScanningConfiguration"]}
    _change(call, **values)
    return {**_named(call), **values}


@SERVICE.operation("PutLifecyclePolicy", resource=repository_arn)
def put_lifecycle_policy(call: Call) -> dict[str, Any]:
    """Set the rules by which images expire; they are applied with each push instead of once a day."""
    text = call.params["lifecyclePolicyText"]
    lifecycle.parse(text)
    _change(call, lifecyclePolicyText=text)
    return {**_named(call), "lifecyclePolicyText": text}


@SERVICE.operation("GetLifecyclePolicy", resource=repository_arn)
def get_lifecycle_policy(call: Call) -> dict[str, Any]:
    """The rules as they were given."""
    return {**_named(call), "lifecyclePolicyText": _lifecycle_policy(call)}


@SERVICE.operation("DeleteLifecyclePolicy", resource=repository_arn)
def delete_lifecycle_policy(call: Call) -> dict[str, Any]:
    """Remove the rules."""
    text = _lifecycle_policy(call)
    repositories(call.engine).change(call.params["repositoryName"], lambda record: record.pop("lifecyclePolicyText"))
    return {**_named(call), "lifecyclePolicyText": text}


def _lifecycle_policy(call: Call) -> str:
    record = repository_of(call)
    if "lifecyclePolicyText" not in record:
        raise AwsError(
            "LifecyclePolicyNotFoundException",
            f"Lifecycle policy does not exist for the repository with name '{record['repositoryName']}'",
        )
    return str(record["lifecyclePolicyText"])


def _change(call: Call, **values: Any) -> None:
    name = repository_of(call)["repositoryName"]
    repositories(call.engine).change(name, lambda record: record.update(values))


def _named(call: Call) -> dict[str, str]:
    return {"registryId": call.account, "repositoryName": call.params["repositoryName"]}


# Tags


def _tagged(call: Call) -> str:
    name = str(call.params["resourceArn"]).partition(":repository/")[2]
    if name not in repositories(call.engine):
        raise AwsError("RepositoryNotFoundException", f"The repository with name '{name}' does not exist")
    return name


@SERVICE.operation("TagResource", resource=lambda call: call.params["resourceArn"])
def tag_resource(call: Call) -> dict[str, Any]:
    """Add or change tags."""
    tags = {tag["Key"]: tag["Value"] for tag in call.params["tags"]}
    repositories(call.engine).change(_tagged(call), lambda record: record["tags"].update(tags))
    return {}


@SERVICE.operation("UntagResource", resource=lambda call: call.params["resourceArn"])
def untag_resource(call: Call) -> dict[str, Any]:
    """Remove tags."""

    def remove(record: Record) -> None:
        record["tags"] = {key: value for key, value in record["tags"].items() if key not in call.params["tagKeys"]}

    repositories(call.engine).change(_tagged(call), remove)
    return {}


@SERVICE.operation("ListTagsForResource", resource=lambda call: call.params["resourceArn"])
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """A repository's tags."""
    tags = repositories(call.engine)[_tagged(call)]["tags"]
    return {"tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


# The registry


@SERVICE.operation("GetAuthorizationToken")
def get_authorization_token(call: Call) -> dict[str, Any]:
    """User and password for `docker login`, good for twelve hours.

    docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
    """
    payload = {"key": secrets.token_urlsafe(24), "expiration": int(time.time()) + _TOKEN_SECONDS}
    password = base64.b64encode(json.dumps(payload).encode()).decode()
    authorization = {
        "authorizationToken": base64.b64encode(f"AWS:{password}".encode()).decode(),
        "expiresAt": time.time() + _TOKEN_SECONDS,
        "proxyEndpoint": f"https://{call.account}.dkr.ecr.{call.region}.amazonaws.com",
    }
    return {"authorizationData": [authorization]}
