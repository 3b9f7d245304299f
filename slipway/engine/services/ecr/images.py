"""Images: manifests under a digest, and the tags that point at them.

docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html and its neighbours.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.ecr import events, lifecycle
from slipway.engine.services.ecr.service import SERVICE, images, layer_path, page, repository_arn, repository_of
from slipway.engine.store import Record, Table

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@SERVICE.operation("PutImage", resource=repository_arn)
def put_image(call: Call) -> dict[str, Any]:
    """Store a manifest whose layers are there, and point the tag at it."""
    repository = repository_of(call)
    manifest, tag = call.params["imageManifest"], call.params.get("imageTag")
    digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
    if call.params.get("imageDigest", digest) != digest:
        raise AwsError("ImageDigestDoesNotMatchException", f"The manifest's digest is {digest}")
    parsed = _parse(manifest)
    _check_layers(call, parsed)
    held = images(call.engine, repository["repositoryName"])
    _check_tag(repository, held, tag, digest)
    media_type = call.params.get("imageManifestMediaType", parsed.get("mediaType", _MANIFEST))
    held.claim(digest, {"manifest": manifest, "mediaType": media_type, "tags": [], "pushedAt": time.time()})
    if tag:
        _move_tag(held, tag, digest)
    events.image_action(call.engine, repository["repositoryName"], "PUSH", digest, tag)
    _expire(call.engine, repository, held)
    return {"image": _image(call, digest, {"manifest": manifest, "mediaType": media_type}, tag)}


def _parse(manifest: str) -> dict[str, Any]:
    try:
        parsed = json.loads(manifest)
    except ValueError as error:
        raise AwsError("InvalidParameterException", f"Invalid parameter at 'imageManifest': {error}") from error
    if not isinstance(parsed, dict) or "config" not in parsed:
        raise AwsError("InvalidParameterException", "Invalid parameter at 'imageManifest': not an image manifest")
    return parsed


def _check_layers(call: Call, manifest: Mapping[str, Any]) -> None:
    digests = [part["digest"] for part in (manifest["config"], *manifest.get("layers", []))]
    name = call.params["repositoryName"]
    missing = [digest for digest in digests if not layer_path(call.engine, name, digest).exists()]
    if missing:
        raise AwsError(
            "LayersNotFoundException", f"The layers {', '.join(missing)} do not exist in the repository '{name}'"
        )


def _check_tag(repository: Record, held: Table, tag: str | None, digest: str) -> None:
    present = held.get(digest)
    if present and (tag is None or tag in present["tags"]):
        identity = f"image digest '{digest}'" + (f" and image tag '{tag}'" if tag else "")
        raise AwsError("ImageAlreadyExistsException", f"Image with {identity} already exists in the repository")
    if tag and _is_immutable(repository, tag) and any(tag in image["tags"] for image in held.values()):
        name = repository["repositoryName"]
        raise AwsError(
            "ImageTagAlreadyExistsException",
            f"The image tag '{tag}' already exists in the '{name}' repository "
            "and cannot be overwritten because the tag is immutable.",
        )


def _is_immutable(repository: Record, tag: str) -> bool:
    setting = repository["imageTagMutability"]
    filters = [item["filter"] for item in repository.get("imageTagMutabilityExclusionFilters", [])]
    excluded = setting.endswith("_WITH_EXCLUSION") and any(fnmatchcase(tag, pattern) for pattern in filters)
    return bool(setting.startswith("IMMUTABLE") != excluded)


def _move_tag(held: Table, tag: str, digest: str) -> None:
    for other, image in list(held.items()):
        if other != digest and tag in image["tags"]:
            held.change(other, lambda record: record["tags"].remove(tag))
    held.change(digest, lambda record: record.update(tags=[*record["tags"], tag]))


def _expire(engine: Engine, repository: Record, held: Table) -> None:
    policy = repository.get("lifecyclePolicyText")
    for digest in lifecycle.expired(policy, dict(held)) if policy else []:
        _announce_deletion(engine, repository["repositoryName"], _delete(held, digest, None))


def _announce_deletion(engine: Engine, repository: str, deleted: list[dict[str, str]]) -> None:
    for image in deleted:
        events.image_action(engine, repository, "DELETE", image["imageDigest"], image.get("imageTag"))


@SERVICE.operation("BatchGetImage", resource=repository_arn)
def batch_get_image(call: Call) -> dict[str, Any]:
    """Manifests, and the ids that name none."""
    held = images(call.engine, repository_of(call)["repositoryName"])
    found, failures = [], []
    for wanted in call.params["imageIds"]:
        digest, failure = _find(held, wanted)
        if failure:
            failures.append(failure)
        else:
            found.append(_image(call, digest, held[digest], wanted.get("imageTag")))
    return {"images": found, "failures": failures}


@SERVICE.operation("BatchDeleteImage", resource=repository_arn)
def batch_delete_image(call: Call) -> dict[str, Any]:
    """Delete tags, and images by digest or with their last tag."""
    repository = repository_of(call)["repositoryName"]
    held = images(call.engine, repository)
    deleted, failures = [], []
    for wanted in call.params["imageIds"]:
        digest, failure = _find(held, wanted)
        if failure:
            failures.append(failure)
        else:
            deleted += _delete(held, digest, wanted.get("imageTag"))
    _announce_deletion(call.engine, repository, deleted)
    return {"imageIds": deleted, "failures": failures}


def _delete(held: Table, digest: str, tag: str | None) -> list[dict[str, str]]:
    tags = held[digest]["tags"]
    if tag and tags != [tag]:
        held.change(digest, lambda record: record["tags"].remove(tag))
        return [{"imageDigest": digest, "imageTag": tag}]
    del held[digest]
    return [{"imageDigest": digest, "imageTag": each} for each in tags] or [{"imageDigest": digest}]


@SERVICE.operation("DescribeImages", resource=repository_arn)
def describe_images(call: Call) -> dict[str, Any]:
    """Details of all images, or of those named, which must exist."""
    repository = repository_of(call)
    held = images(call.engine, repository["repositoryName"])
    digests = list(held)
    if "imageIds" in call.params:
        digests = list(dict.fromkeys(_existing(repository, held, wanted) for wanted in call.params["imageIds"]))
    details = [_details(call, repository, digest, held[digest]) for digest in digests]
    shown = [item for item in details if _passes(call, item.get("imageTags"))]
    return page(call, "imageDetails", shown, named="imageIds")


@SERVICE.operation("ListImages", resource=repository_arn)
def list_images(call: Call) -> dict[str, Any]:
    """Every tag with its digest, and digests without a tag."""
    held = images(call.engine, repository_of(call)["repositoryName"])
    shown = {digest: image["tags"] for digest, image in held.items() if _passes(call, image["tags"])}
    named = [
        {"imageDigest": digest, **({"imageTag": tag} if tag else {})}
        for digest, tags in shown.items()
        for tag in tags or [None]
    ]
    return page(call, "imageIds", named)


def _passes(call: Call, tags: list[str] | None) -> bool:
    status = call.params.get("filter", {}).get("tagStatus", "ANY")
    return bool(status == "ANY" or (status == "TAGGED") == bool(tags))


def _find(held: Table, wanted: Mapping[str, str]) -> tuple[str, dict[str, Any] | None]:
    """The digest that an image id names, or the failure that says why there is none."""
    digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
    if not (digest or tag):
        return "", _failure(
            wanted, "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null"
        )
    by_tag = next((key for key, image in held.items() if tag in image["tags"]), None) if tag else digest
    if by_tag is None or by_tag not in held:
        return "", _failure(wanted, "ImageNotFound", "Requested image not found")
    if digest and by_tag != digest:
        return "", _failure(wanted, "ImageTagDoesNotMatchDigest", "Requested image tag does not match the digest")
    return by_tag, None


def _failure(wanted: Mapping[str, str], code: str, reason: str) -> dict[str, Any]:
    return {"imageId": dict(wanted), "failureCode": code, "failureReason": reason}


def _existing(repository: Record, held: Table, wanted: Mapping[str, str]) -> str:
    digest, failure = _find(held, wanted)
    if failure:
        identity = ", ".join(f"{key}:'{value}'" for key, value in wanted.items())
        name, registry = repository["repositoryName"], repository["registryId"]
        raise AwsError(
            "ImageNotFoundException",
            f"The image with imageId {{{identity}}} does not exist within the repository with name '{name}' "
            f"in the registry with id '{registry}'",
        )
    return digest


def _image(call: Call, digest: str, record: Mapping[str, Any], tag: str | None) -> dict[str, Any]:
    return {
        "registryId": call.account,
        "repositoryName": call.params["repositoryName"],
        "imageId": {"imageDigest": digest, **({"imageTag": tag} if tag else {})},
        "imageManifest": record["manifest"],
        "imageManifestMediaType": record["mediaType"],
    }


def _details(call: Call, repository: Record, digest: str, image: Record) -> dict[str, Any]:
    manifest = json.loads(image["manifest"])
    details = {
        "registryId": call.account,
        "repositoryName": repository["repositoryName"],
        "imageDigest": digest,
        "imageSizeInBytes": sum(layer["size"] for layer in manifest.get("layers", [])),
        "imagePushedAt": image["pushedAt"],
        "imageManifestMediaType": image["mediaType"],
        "artifactMediaType": manifest["config"].get("mediaType", ""),
    }
    details |= {"imageTags": image["tags"]} if image["tags"] else {}
    if repository["imageScanningConfiguration"].get("scanOnPush"):
        reason = "The local engine has no vulnerability scanner."
        details["imageScanStatus"] = {"status": "UNSUPPORTED_IMAGE", "description": reason}
    return details
