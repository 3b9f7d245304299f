"""ECR through the running engine."""

import hashlib
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html")

NAME = {"repositoryName": "models/churn"}


@pytest.fixture
def ecr(engine: Any) -> Iterator[Any]:
    client = engine.client("ecr")
    client.create_repository(**NAME)
    yield client
    client.delete_repository(**NAME, force=True)


def upload(ecr: Any, content: bytes) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    [layer] = ecr.batch_check_layer_availability(**NAME, layerDigests=[digest])["layers"]
    if layer["layerAvailability"] != "AVAILABLE":
        identifier = ecr.initiate_layer_upload(**NAME)["uploadId"]
        ecr.upload_layer_part(
            **NAME, uploadId=identifier, partFirstByte=0, partLastByte=len(content) - 1, layerPartBlob=content
        )
        ecr.complete_layer_upload(**NAME, uploadId=identifier, layerDigests=[digest])
    return {"mediaType": "application/octet-stream", "digest": digest, "size": len(content)}


def push(ecr: Any, content: bytes, tag: str | None = None) -> str:
    manifest = {"schemaVersion": 2, "config": upload(ecr, b"{}"), "layers": [upload(ecr, content)]}
    name = {"imageTag": tag} if tag else {}
    return str(ecr.put_image(**NAME, imageManifest=json.dumps(manifest), **name)["image"]["imageId"]["imageDigest"])


def tags(ecr: Any) -> dict[str, list[str]]:
    details = ecr.describe_images(**NAME)["imageDetails"]
    return {item["imageDigest"]: item.get("imageTags", []) for item in details}


def test_a_tag_moves_to_the_newest_image(ecr: Any) -> None:
    first, second = push(ecr, b"one", "latest"), push(ecr, b"two", "latest")
    assert tags(ecr) == {first: [], second: ["latest"]}
    [image] = ecr.batch_get_image(**NAME, imageIds=[{"imageTag": "latest"}])["images"]
    assert image["imageId"] == {"imageDigest": second, "imageTag": "latest"}
    assert f"sha256:{hashlib.sha256(image['imageManifest'].encode()).hexdigest()}" == second


def test_an_immutable_tag_stays(ecr: Any) -> None:
    ecr.put_image_tag_mutability(**NAME, imageTagMutability="IMMUTABLE")
    push(ecr, b"one", "v1")
    with pytest.raises(
        ClientError, match=r"ImageTagAlreadyExistsException.*cannot be overwritten because the tag is immu"
    ):
        push(ecr, b"two", "v1")
    with pytest.raises(ClientError, match="ImageAlreadyExistsException"):
        push(ecr, b"one", "v1")


def test_images_and_repositories_come_in_pages(ecr: Any) -> None:
    pushed = {push(ecr, b"one", "v1"), push(ecr, b"two", "v2")}
    sized = {"PaginationConfig": {"PageSize": 1}}
    described = list(ecr.get_paginator("describe_images").paginate(**NAME, **sized))
    assert [len(page["imageDetails"]) for page in described] == [1, 1]
    assert {page["imageDetails"][0]["imageDigest"] for page in described} == pushed
    listed = list(ecr.get_paginator("list_images").paginate(**NAME, **sized))
    assert {page["imageIds"][0]["imageTag"] for page in listed} == {"v1", "v2"}
    assert len(ecr.describe_repositories(maxResults=1)["repositories"]) == 1


def test_deleting_a_tag_keeps_an_image_that_has_another(ecr: Any) -> None:
    digest = push(ecr, b"one", "v1")
    push(ecr, b"one", "v2")
    ecr.batch_delete_image(**NAME, imageIds=[{"imageTag": "v1"}])
    assert tags(ecr) == {digest: ["v2"]}
    ecr.batch_delete_image(**NAME, imageIds=[{"imageTag": "v2"}])
    assert tags(ecr) == {}


def test_a_layer_is_downloaded_by_its_url(ecr: Any) -> None:
    push(ecr, b"content of the layer")
    digest = f"sha256:{hashlib.sha256(b'content of the layer').hexdigest()}"
    url = ecr.get_download_url_for_layer(**NAME, layerDigest=digest)["downloadUrl"]
    with urllib.request.urlopen(url) as answer:  # noqa: S310
        assert answer.read() == b"content of the layer"


def test_a_lifecycle_policy_is_applied_with_each_push(ecr: Any) -> None:
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}
    policy = {"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]}
    ecr.put_lifecycle_policy(**NAME, lifecyclePolicyText=json.dumps(policy))
    push(ecr, b"one", "v1")
    newest = push(ecr, b"two", "v2")
    assert tags(ecr) == {newest: ["v2"]}


def test_an_image_without_its_layers_is_refused(ecr: Any) -> None:
    missing = {"mediaType": "x", "digest": f"sha256:{'0' * 64}", "size": 1}
    manifest = json.dumps({"schemaVersion": 2, "config": missing, "layers": []})
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        ecr.put_image(**NAME, imageManifest=manifest)


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("create_repository", NAME, "RepositoryAlreadyExistsException"),
    ("create_repository", {"repositoryName": "UPPER"}, "failed to satisfy constraint"),
    ("describe_repositories", {"repositoryNames": ["none"]}, "RepositoryNotFoundException.*'none' does not exist"),
    ("describe_images", {**NAME, "imageIds": [{"imageTag": "no"}]}, "ImageNotFoundException.*imageTag:'no'"),
    ("put_image", {**NAME, "imageManifest": "x"}, "InvalidParameterException"),
    ("describe_repositories", {"repositoryNames": ["models/churn"], "maxResults": 1}, "maxResults cannot be used with"),
    ("list_images", {**NAME, "nextToken": "of mine"}, "InvalidParameterException.*not one that this operation gave"),
    ("get_lifecycle_policy", NAME, "LifecyclePolicyNotFoundException"),
    ("set_repository_policy", {**NAME, "policyText": "{}"}, "UnsupportedOperation.*ecr:SetRepositoryPolicy"),
    ("start_image_scan", {**NAME, "imageId": {"imageTag": "x"}}, "UnsupportedOperation"),
]


@pytest.mark.parametrize(("operation", "params", "message"), REFUSALS)
def test_bad_requests_get_ecrs_errors(ecr: Any, operation: str, params: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        getattr(ecr, operation)(**params)


def test_a_repository_with_images_is_deleted_by_force_only(ecr: Any) -> None:
    push(ecr, b"one")
    with pytest.raises(ClientError, match="RepositoryNotEmptyException"):
        ecr.delete_repository(**NAME)
