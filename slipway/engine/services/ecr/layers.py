"""Layers, as a push and a pull handle them.

docs.aws.amazon.com/AmazonECR/latest/APIReference/API_InitiateLayerUpload.html and its neighbours.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from pathlib import Path
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, HttpRequest, HttpResponse
from slipway.engine.services.ecr.service import SERVICE, layer_path, repository_arn, repository_of

_PART_SIZE = 10 * 1024 * 1024
_URL_SECONDS = 3600
_DOWNLOADS = "/_ecr/layers/"

# Tokens of download URLs, with the file and the time they end; like ECR's, they need no signature.
_urls: dict[str, tuple[Path, float]] = {}


@SERVICE.operation("BatchCheckLayerAvailability", resource=repository_arn)
def batch_check_layer_availability(call: Call) -> dict[str, Any]:
    """Which layers are there."""
    name = repository_of(call)["repositoryName"]
    return {
        "layers": [_availability(call.engine, name, digest) for digest in call.params["layerDigests"]],
        "failures": [],
    }


def _availability(engine: Engine, name: str, digest: str) -> dict[str, Any]:
    path = layer_path(engine, name, digest)
    if not path.exists():
        return {"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}
    return {"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": path.stat().st_size}


@SERVICE.operation("InitiateLayerUpload", resource=repository_arn)
def initiate_layer_upload(call: Call) -> dict[str, Any]:
    """Begin an upload."""
    upload = str(uuid.uuid4())
    path = _upload_path(call, upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return {"uploadId": upload, "partSize": _PART_SIZE}


@SERVICE.operation("UploadLayerPart", resource=repository_arn)
def upload_layer_part(call: Call) -> dict[str, Any]:
    """Take the next part."""
    path = _existing_upload(call)
    first, size = call.params["partFirstByte"], path.stat().st_size
    if first != size:
        raise AwsError(
            "InvalidLayerPartException",
            f"The part begins at byte {first}; {size} was expected",
            uploadId=path.name,
            lastValidByteReceived=size - 1,
        )
    with path.open("ab") as file:
        file.write(call.params["layerPartBlob"])
    return {**_named(call), "uploadId": path.name, "lastByteReceived": path.stat().st_size - 1}


@SERVICE.operation("CompleteLayerUpload", resource=repository_arn)
def complete_layer_upload(call: Call) -> dict[str, Any]:
    """Check the digest and keep the layer."""
    path = _existing_upload(call)
    content = path.read_bytes()
    if not content:
        raise AwsError("EmptyUploadException", f"Upload {path.name} contains no data")
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if digest not in call.params["layerDigests"]:
        raise AwsError("InvalidLayerException", f"The layer's digest is {digest}, not {call.params['layerDigests'][0]}")
    target = layer_path(call.engine, call.params["repositoryName"], digest)
    if target.exists():
        raise AwsError("LayerAlreadyExistsException", f"The layer with digest '{digest}' already exists")
    path.rename(target)
    return {**_named(call), "uploadId": path.name, "layerDigest": digest}


@SERVICE.operation("GetDownloadUrlForLayer", resource=repository_arn)
def get_download_url_for_layer(call: Call) -> dict[str, Any]:
    """An address that gives the layer to whoever has it, for an hour."""
    name, digest = repository_of(call)["repositoryName"], call.params["layerDigest"]
    path = layer_path(call.engine, name, digest)
    if not path.exists():
        raise AwsError("LayersNotFoundException", f"The layer with digest '{digest}' does not exist in '{name}'")
    token = secrets.token_urlsafe(32)
    _urls[token] = (path, time.time() + _URL_SECONDS)
    return {"downloadUrl": f"{call.engine.url}{_DOWNLOADS}{token}", "layerDigest": digest}


@SERVICE.http(_DOWNLOADS)
def download(engine: Engine, request: HttpRequest) -> HttpResponse:
    """The bytes behind a download URL."""
    del engine
    path, expires = _urls.get(request.path.removeprefix(_DOWNLOADS), (None, 0.0))
    if path is None or expires < time.time() or not path.exists():
        return HttpResponse(
            403, {"Content-Type": "text/plain"}, iter((b"The download URL is unknown or has expired.\n",))
        )
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
    return HttpResponse(200, headers, iter((path.read_bytes(),)))


def _upload_path(call: Call, upload: str) -> Path:
    name = repository_of(call)["repositoryName"]
    return layer_path(call.engine, name, "uploads") / upload


def _existing_upload(call: Call) -> Path:
    upload = call.params["uploadId"]
    path = _upload_path(call, upload)
    if "/" in upload or not path.is_file():
        raise AwsError("UploadNotFoundException", f"Upload {upload} does not exist in {call.params['repositoryName']}")
    return path


def _named(call: Call) -> dict[str, str]:
    return {"registryId": call.account, "repositoryName": call.params["repositoryName"]}
