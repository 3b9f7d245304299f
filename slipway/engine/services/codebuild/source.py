"""Where a build's files come from: S3, CodeCommit, a pipeline's artifact, or nowhere.

docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
"""

from __future__ import annotations

import base64
import io
import re
import stat
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from slipway import gitsignature
from slipway.engine import git
from slipway.engine.caller import Caller
from slipway.engine.services.codebuild.failure import PhaseFailed

_UNIX = 3
# A clone URL in AWS's form means this engine's repository of that name.
_AWS_HOST = re.compile(r"^https://git-codecommit\.[a-z0-9-]+\.amazonaws\.com(?=/v1/repos/)")
EXECUTED = ("CODECOMMIT", "CODEPIPELINE", "S3", "NO_SOURCE")


def fetch(caller: Caller, source: Mapping[str, Any], version: str, folder: Path) -> str:
    """Fill `folder` under the build's role; the version that was resolved."""
    folder.mkdir(parents=True)
    kind = source["type"]
    if kind == "NO_SOURCE":
        return ""
    if kind == "CODECOMMIT":
        return _clone(caller, source, version, folder)
    # What a pipeline hands over is named by its key; the version that it says is the commit's.
    resolved = _download(caller, source["location"], version if kind == "S3" else "", folder)
    return version if kind == "CODEPIPELINE" else resolved


def _download(caller: Caller, location: str, version: str, folder: Path) -> str:
    bucket, _, key = location.removeprefix("arn:aws:s3:::").partition("/")
    client = caller.client("s3")
    try:
        if key.endswith("/"):
            return _download_folder(client, bucket, key, folder)
        found = client.get_object(Bucket=bucket, Key=key, **({"VersionId": version} if version else {}))
        content = found["Body"].read()
    except ClientError as error:
        raise PhaseFailed(
            "CLIENT_ERROR", f"{error} for primary source and source version {version} at {location}"
        ) from error
    try:
        unzip(content, folder)
    except zipfile.BadZipFile as error:
        raise PhaseFailed("CLIENT_ERROR", f"{location} is not a zip file: {error}") from error
    return str(found.get("VersionId", found["ETag"].strip('"')))


def _download_folder(client: Any, bucket: str, prefix: str, folder: Path) -> str:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for key in (item["Key"] for item in page.get("Contents", []) if not item["Key"].endswith("/")):
            path = (folder / key.removeprefix(prefix)).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise PhaseFailed("CLIENT_ERROR", f"the key {key} leaves the source directory")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    return ""


def unzip(content: bytes, folder: Path) -> None:
    """Extract a zip with its executable bits and symbolic links."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for item in archive.infolist():
            mode = item.external_attr >> 16 if item.create_system == _UNIX else 0
            if stat.S_ISLNK(mode):
                _link(folder, item.filename, archive.read(item).decode())
                continue
            path = Path(archive.extract(item, folder))
            if mode & stat.S_IXUSR and path.is_file():
                path.chmod(0o755)


def _link(folder: Path, name: str, target: str) -> None:
    path = folder / name
    inside = folder.resolve()
    if not (path.parent / target).resolve().is_relative_to(inside) or not path.resolve().is_relative_to(inside):
        raise PhaseFailed("CLIENT_ERROR", f"the symbolic link {name} leaves the source directory")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def _clone(caller: Caller, source: Mapping[str, Any], version: str, folder: Path) -> str:
    location = _AWS_HOST.sub(caller.engine.url, source["location"])
    # git takes a path, another host or an option too; the role's credentials go to CodeCommit and nowhere else.
    if not location.startswith(f"{caller.engine.url}/v1/repos/") or version.startswith("-"):
        raise PhaseFailed(
            "CLIENT_ERROR", f"no CodeCommit repository: {location} for primary source and source version {version}"
        )
    depth = ["--depth", str(source["gitCloneDepth"])] if source.get("gitCloneDepth") and not version else []
    environment = git.environment(_authorization(caller, location))
    command = ["git", "clone", "--quiet", *depth, location, str(folder)]
    commands = [command, *([["git", "-C", str(folder), "checkout", "--quiet", version]] if version else [])]
    for each in (*commands, ["git", "-C", str(folder), "rev-parse", "HEAD"]):
        result = subprocess.run(each, env=environment, capture_output=True, text=True, check=False)
        if result.returncode:
            raise PhaseFailed(
                "CLIENT_ERROR", f"{result.stderr.strip()} for primary source {location} and source version {version}"
            )
    return result.stdout.strip()


def _authorization(caller: Caller, location: str) -> dict[str, str]:
    """git's configuration, in variables, that signs in to CodeCommit as the build's role."""
    parts = urlsplit(location)
    keys = caller.credentials
    user = keys.access_key_id + (f"%{keys.token}" if keys.token else "")
    password = gitsignature.sign(
        keys.secret_access_key, caller.engine.region, parts.netloc, parts.path, datetime.now(UTC)
    )
    header = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {header}",
        "GIT_TERMINAL_PROMPT": "0",
    }
