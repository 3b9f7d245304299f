"""`docker push` and `docker pull` against ECR, through the API calls whose permissions Docker needs.

docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.engine.docker.store import StoredImage

_REGISTRY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_REFERENCE = re.compile(
    r"(?P<name>[^@:]+(?::\d+(?=/))?[^@:]*)(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_PART_BYTES = 4 * 1024 * 1024


class ImageNotFound(Exception):
    """The reference names no image that can be had; the text says why."""


@dataclass(frozen=True)
class Reference:
    """An image's name in ECR, with a tag or a digest."""

    account: str
    region: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def registry(self) -> str:
        """The registry's host."""
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"

    @property
    def image_id(self) -> dict[str, str]:
        """What the ECR API calls it; a digest wins over a tag."""
        return {"imageDigest": self.digest} if self.digest else {"imageTag": self.tag or "latest"}


def parse(uri: str) -> Reference:
    """An ECR image URI; ImageNotFound for any other registry."""
    match = _REFERENCE.fullmatch(uri)
    host, _, repository = (match["name"] if match else "").partition("/")
    registry = _REGISTRY.fullmatch(host)
    if match is None or registry is None or not repository:
        raise ImageNotFound(
            f"The image {uri} is not provided by the local engine: only images of this account's ECR "
            "(<account>.dkr.ecr.<region>.amazonaws.com/<repository>) are"
        )
    return Reference(registry["account"], registry["region"], repository, match["tag"], match["digest"])


def push(ecr: Any, reference: Reference, image: StoredImage) -> None:
    """Upload what the repository lacks, then the manifest with its tag."""
    place = {"registryId": reference.account, "repositoryName": reference.repository}
    blobs = image.blobs()
    answer = ecr.batch_check_layer_availability(**place, layerDigests=list(blobs))
    missing = [item["layerDigest"] for item in answer["layers"] if item["layerAvailability"] != "AVAILABLE"]
    for digest in missing:
        _upload(ecr, place, digest, blobs[digest])
    manifest = image.manifest.decode()
    media_type = json.loads(manifest)["mediaType"]
    try:
        ecr.put_image(
            **place, imageManifest=manifest, imageManifestMediaType=media_type, imageTag=reference.tag or "latest"
        )
    except ecr.exceptions.ImageAlreadyExistsException:
        return


def _upload(ecr: Any, place: Mapping[str, str], digest: str, blob: bytes) -> None:
    upload = ecr.initiate_layer_upload(**place)["uploadId"]
    for first in range(0, len(blob), _PART_BYTES):
        part = blob[first : first + _PART_BYTES]
        ecr.upload_layer_part(
            **place, uploadId=upload, partFirstByte=first, partLastByte=first + len(part) - 1, layerPartBlob=part
        )
    ecr.complete_layer_upload(**place, uploadId=upload, layerDigests=[digest])


def manifest_of(ecr: Any, reference: Reference) -> bytes:
    """The manifest that a reference names."""
    place = {"registryId": reference.account, "repositoryName": reference.repository}
    answer = ecr.batch_get_image(**place, imageIds=[reference.image_id])
    if answer["failures"]:
        reason = answer["failures"][0]["failureReason"]
        name = ", ".join(reference.image_id.values())
        raise ImageNotFound(f"{reference.registry}/{reference.repository}: {name}: {reason}")
    return str(answer["images"][0]["imageManifest"]).encode()


def layer_urls(ecr: Any, reference: Reference, manifest: bytes) -> dict[str, str]:
    """Where configuration and layers can be had, by digest."""
    place = {"registryId": reference.account, "repositoryName": reference.repository}
    parsed = json.loads(manifest)
    digests = [part["digest"] for part in (parsed["config"], *parsed["layers"])]
    return {digest: ecr.get_download_url_for_layer(**place, layerDigest=digest)["downloadUrl"] for digest in digests}


def download(urls: Mapping[str, str]) -> dict[str, bytes]:
    """The bytes behind `layer_urls`."""
    return {digest: _read(url) for digest, url in urls.items()}


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - an address that ECR's API just gave
        content: bytes = answer.read()
    return content
