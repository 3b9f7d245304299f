"""What a build leaves: the files that its buildspec names, as zips or single objects in S3.

docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts
docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from string import Template
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.caller import Caller
from slipway.engine.services.codebuild.buildspec import Artifacts
from slipway.engine.services.codebuild.failure import PhaseFailed

Files = dict[str, Path]


def collect(spec: Artifacts, source: Path) -> Files:
    """The files by their name in the artifact; PhaseFailed when a location matches nothing."""
    base = (source / spec.base_directory).resolve()
    if not base.is_dir():
        raise PhaseFailed("CLIENT_ERROR", f"no matching base directory path found for {spec.base_directory}")
    found: Files = {}
    for location in spec.files:
        matched = [path for path in _matching(base, location) if not _excluded(spec, path.relative_to(base))]
        if not matched:
            raise PhaseFailed("CLIENT_ERROR", f"no matching artifact paths found for {location} in {base.name}")
        found |= {path.name if spec.discard_paths else str(path.relative_to(base)): path for path in matched}
    return dict(sorted(found.items()))


def _matching(base: Path, location: str) -> list[Path]:
    pattern = location.removeprefix("./")
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise PhaseFailed("CLIENT_ERROR", f"artifact location {location} leaves the source directory")
    return [path for path in base.glob(pattern) if path.is_file()]


def _excluded(spec: Artifacts, path: Path) -> bool:
    return any(fnmatchcase(str(path), pattern) for pattern in spec.exclude_paths)


def zipped(files: Files) -> bytes:
    """A zip of `files` with their executable bits."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as archive:
        for name, path in files.items():
            archive.write(path, name)
    return buffer.getvalue()


def upload(
    caller: Caller,
    target: Mapping[str, Any],
    spec: Artifacts,
    files: Files,
    build_id: str,
    variables: Mapping[str, str],
) -> dict[str, Any]:
    """Put the artifact where the project says, under the build's role; the `BuildArtifacts` member of the build."""
    name = _name(target, spec, variables)
    namespace = build_id.rpartition(":")[2] if target.get("namespaceType") == "BUILD_ID" else ""
    folder = "/".join(part for part in (target.get("path", "").strip("/"), namespace) if part)
    key = "/".join(part for part in (folder, name.strip("/")) if part)
    identifier = {"artifactIdentifier": target["artifactIdentifier"]} if "artifactIdentifier" in target else {}
    location = f"arn:aws:s3:::{target['location']}/{key}"
    if target["type"] == "S3" and target.get("packaging", "NONE") == "NONE":
        for path, file in files.items():
            _put(caller, target, f"{key}/{path}" if key else path, file.read_bytes())
        return {"location": location, **identifier}
    content = zipped(files)
    _put(caller, target, key, content)
    sums = {"sha256sum": hashlib.sha256(content).hexdigest(), "md5sum": hashlib.md5(content).hexdigest()}  # noqa: S324
    return {"location": location, **sums, **identifier}


def _name(target: Mapping[str, Any], spec: Artifacts, variables: Mapping[str, str]) -> str:
    if not (target.get("overrideArtifactName") and spec.name):
        return str(target.get("name", ""))
    if "$(" in spec.name or "`" in spec.name:
        raise PhaseFailed(
            "CLIENT_ERROR", f"artifacts/name: command substitution in {spec.name} is not executed locally"
        )
    return Template(spec.name).safe_substitute(variables)


def _put(caller: Caller, target: Mapping[str, Any], key: str, content: bytes) -> None:
    encryption: dict[str, str] = {}
    if target.get("encryptionKey") and not target.get("encryptionDisabled"):
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": target["encryptionKey"]}
    try:
        caller.client("s3").put_object(Bucket=target["location"], Key=key, Body=content, **encryption)
    except ClientError as error:
        raise PhaseFailed(
            "CLIENT_ERROR", f"Error in UPLOAD_ARTIFACTS phase: s3://{target['location']}/{key}: {error}"
        ) from error
