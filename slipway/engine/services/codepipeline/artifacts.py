"""Artifacts: zips in the pipeline's store, encrypted with its key.

docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html
"""

from __future__ import annotations

import io
import secrets
import string
import zipfile
from typing import Any

from slipway.engine.caller import Caller
from slipway.engine.services.codepipeline.outcome import ActionFailed

Location = dict[str, str]
_ALPHABET = string.ascii_letters + string.digits


def store_of(declared: dict[str, Any], region: str) -> dict[str, Any]:
    """The artifact store that a declaration names for a region."""
    found: dict[str, Any] = declared.get("artifactStore") or declared["artifactStores"][region]
    return found


def place(store: dict[str, Any], pipeline: str, artifact: str) -> Location:
    """Where a new artifact goes: AWS cuts the pipeline's name to 20 characters and the artifact's to 10."""
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(7))
    return {"bucket": store["location"], "key": f"{pipeline[:20]}/{artifact[:10]}/{suffix}"}


def encryption(store: dict[str, Any]) -> dict[str, str]:
    """The parameters of PutObject that encrypt with the store's key.

    AWS takes its own key `aws/s3` when the store names none; here the bucket's default encryption applies.
    """
    key = store.get("encryptionKey")
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["id"]} if key else {}


def upload(caller: Caller, store: dict[str, Any], location: Location, content: bytes) -> None:
    """Write an object to the artifact store."""
    caller.client("s3").put_object(Bucket=location["bucket"], Key=location["key"], Body=content, **encryption(store))


def download(caller: Caller, location: Location) -> bytes:
    """Read an artifact."""
    answer = caller.client("s3").get_object(Bucket=location["bucket"], Key=location["key"])
    content: bytes = answer["Body"].read()
    return content


def pack(files: dict[str, bytes]) -> bytes:
    """A zip of files by path."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def open_zip(name: str, content: bytes) -> zipfile.ZipFile:
    """The artifact as a zip; ActionFailed when it is none."""
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise ActionFailed("ConfigurationError", f"Artifact [{name}] is not a zip file: {error}") from error


def member(archive: zipfile.ZipFile, name: str, path: str) -> bytes:
    """One file of an artifact; ActionFailed when it is not there."""
    try:
        return archive.read(path.removeprefix("./"))
    except KeyError as error:
        raise ActionFailed("ConfigurationError", f"File [{path}] does not exist in artifact [{name}]") from error
