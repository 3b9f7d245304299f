"""AWS::ECR::Repository.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import changed, or_removed, tag_change, tag_list

_NAME_LENGTH = 256


def create(call: ResourceCall) -> Created:
    """The repository; a generated name is in lower case, as ECR wants it."""
    client = call.caller.client("ecr")
    name = call.properties.get("RepositoryName") or call.physical_name(_NAME_LENGTH).lower()
    repository = client.create_repository(
        repositoryName=name,
        tags=call.properties.get("Tags", []),
        **_mutability(call.properties),
        imageScanningConfiguration=_scanning(call.properties),
        encryptionConfiguration=_encryption(call.properties),
    )["repository"]
    with or_removed(call, name):
        _put_lifecycle_policy(call, name)
    return _created(repository)


def update(call: ResourceCall) -> Created:
    """Tags, mutability, scanning and lifecycle policy."""
    client, name = call.caller.client("ecr"), call.physical_id
    if _mutability(call.properties) != _mutability(call.old_properties):
        client.put_image_tag_mutability(repositoryName=name, **_mutability(call.properties))
    if _scanning(call.properties) != _scanning(call.old_properties):
        client.put_image_scanning_configuration(
            repositoryName=name, imageScanningConfiguration=_scanning(call.properties)
        )
    if changed(call, "LifecyclePolicy"):
        if "LifecyclePolicy" in call.properties:
            _put_lifecycle_policy(call, name)
        else:
            client.delete_lifecycle_policy(repositoryName=name)
    repository = client.describe_repositories(repositoryNames=[name])["repositories"][0]
    _update_tags(call, repository["repositoryArn"])
    return _created(repository)


def delete(call: ResourceCall) -> None:
    """The repository; one that holds images only with EmptyOnDelete."""
    client = call.caller.client("ecr")
    try:
        client.delete_repository(repositoryName=call.physical_id, force=bool(call.properties.get("EmptyOnDelete")))
    except client.exceptions.RepositoryNotFoundException:
        return
    except client.exceptions.RepositoryNotEmptyException as error:
        raise ResourceFailed(error.response["Error"]["Message"]) from error


def _created(repository: dict[str, Any]) -> Created:
    attributes = {"Arn": repository["repositoryArn"], "RepositoryUri": repository["repositoryUri"]}
    return Created(repository["repositoryName"], attributes)


def _mutability(properties: dict[str, Any]) -> dict[str, Any]:
    filters = [
        {
            "filterType": item["ImageTagMutabilityExclusionFilterType"],
            "filter": item["ImageTagMutabilityExclusionFilterValue"],
        }
        for item in properties.get("ImageTagMutabilityExclusionFilters", [])
    ]
    setting = {"imageTagMutability": properties.get("ImageTagMutability", "MUTABLE")}
    return {**setting, **({"imageTagMutabilityExclusionFilters": filters} if filters else {})}


def _scanning(properties: dict[str, Any]) -> dict[str, bool]:
    value = properties.get("ImageScanningConfiguration", {}).get("ScanOnPush", False)
    return {"scanOnPush": str(value).lower() == "true"}


def _encryption(properties: dict[str, Any]) -> dict[str, str]:
    given = properties.get("EncryptionConfiguration", {"EncryptionType": "AES256"})
    return {
        "encryptionType": given["EncryptionType"],
        **({"kmsKey": given["KmsKey"]} if "KmsKey" in given else {}),
    }


def _put_lifecycle_policy(call: ResourceCall, name: str) -> None:
    text = call.properties.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if text:
        call.caller.client("ecr").put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=text)


def _update_tags(call: ResourceCall, arn: str) -> None:
    client, tags = call.caller.client("ecr"), tag_change(call)
    if tags.removed:
        client.untag_resource(resourceArn=arn, tagKeys=tags.removed)
    if tags.set:
        client.tag_resource(resourceArn=arn, tags=tag_list(tags.set))


RESOURCES = {
    "AWS::ECR::Repository": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                *("EmptyOnDelete", "EncryptionConfiguration", "ImageScanningConfiguration", "ImageTagMutability"),
                *("ImageTagMutabilityExclusionFilters", "LifecyclePolicy", "RepositoryName", "Tags"),
            }
        ),
        refuses={"RepositoryPolicyText": "within one account, identity policies decide"},
    )
}
