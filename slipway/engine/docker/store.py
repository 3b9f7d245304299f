"""The engine's images on disk, by digest: manifest, layers, and the folder that a process of the image sees.

An image is an OCI manifest. Its files are an ordinary tar layer. Base and packages, which Docker would have as hundreds
of megabytes of tar, are a small JSON layer that says what to install, so that a pulled image is made again exactly.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.engine.archives import extract
from slipway.engine.docker import packages

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
FILES = "application/vnd.oci.image.layer.v1.tar"
PACKAGES = "application/vnd.slipway.image.packages.v1+json"


def digest_of(content: bytes) -> str:
    """`sha256:…` of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True)
class StoredImage:
    """An image that is ready to run."""

    digest: str
    folder: Path

    @property
    def manifest(self) -> bytes:
        """The manifest's exact bytes."""
        return (self.folder / "manifest.json").read_bytes()

    @property
    def config(self) -> dict[str, Any]:
        """The configuration object (`config.Env`, `config.Entrypoint`, …)."""
        content: dict[str, Any] = json.loads(self.blob(json.loads(self.manifest)["config"]["digest"]))
        return content

    @property
    def rootfs(self) -> Path:
        """The image's files."""
        return self.folder / "rootfs"

    @property
    def environment(self) -> Path:
        """The virtual environment with the image's packages."""
        return (self.folder / "environment").resolve()

    def blob(self, digest: str) -> bytes:
        """A layer's bytes."""
        return (self.folder / "blobs" / digest.removeprefix("sha256:")).read_bytes()

    def blobs(self) -> dict[str, bytes]:
        """The configuration and all layers, by digest."""
        manifest = json.loads(self.manifest)
        return {part["digest"]: self.blob(part["digest"]) for part in (manifest["config"], *manifest["layers"])}


class ImageStore:
    """Images below `root`, shared by the builds and jobs of one engine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, digest: str) -> StoredImage | None:
        """The image, when it is here and ready."""
        folder = self.root / digest.removeprefix("sha256:")
        return StoredImage(digest, folder) if (folder / "manifest.json").exists() else None

    def add(self, manifest: bytes, blobs: Mapping[str, bytes], say: packages.Say) -> StoredImage:
        """Make the image ready to run, unless it is."""
        digest = digest_of(manifest)
        present = self.get(digest)
        if present is not None and present.environment.is_dir():
            return present
        layers = {layer["mediaType"]: blobs[layer["digest"]] for layer in json.loads(manifest)["layers"]}
        environment = packages.environment(self.root / "environments", layers[PACKAGES], say)
        self.root.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=self.root, prefix="staged-"))
        _fill(staged, manifest, blobs, layers[FILES], environment)
        return StoredImage(digest, self._settle(staged, digest))

    def _settle(self, staged: Path, digest: str) -> Path:
        """Move a finished folder in place in one step; another build may have been first."""
        folder = self.root / digest.removeprefix("sha256:")
        staged.chmod(0o755)
        try:
            staged.rename(folder)
        except OSError:
            if not (folder / "manifest.json").exists():
                raise
            shutil.rmtree(staged, ignore_errors=True)
        return folder


def _fill(folder: Path, manifest: bytes, blobs: Mapping[str, bytes], files: bytes, environment: Path) -> None:
    (folder / "blobs").mkdir()
    for digest, content in blobs.items():
        (folder / "blobs" / digest.removeprefix("sha256:")).write_bytes(content)
    with tarfile.open(fileobj=io.BytesIO(files)) as archive:
        extract(archive, folder / "rootfs")
    (folder / "environment").symlink_to(os.path.relpath(environment, folder))
    (folder / "manifest.json").write_bytes(manifest)


def files_layer(rootfs: Path) -> bytes:
    """A tar of the files that depends on their names, contents and executable bits only."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(rootfs.rglob("*")):
            item = archive.gettarinfo(path, path.relative_to(rootfs).as_posix())
            item.uid = item.gid = item.mtime = 0
            item.uname = item.gname = ""
            item.mode = 0o755 if item.isdir() or item.mode & 0o100 else 0o644
            with path.open("rb") if item.isreg() else io.BytesIO() as content:
                archive.addfile(item, content if item.isreg() else None)
    return buffer.getvalue()


def make_manifest(config: Mapping[str, Any], package_layer: bytes, files: bytes) -> tuple[bytes, dict[str, bytes]]:
    """An image's manifest and its blobs by digest; the same parts always make the same bytes."""
    rootfs = {"type": "layers", "diff_ids": [digest_of(package_layer), digest_of(files)]}
    config_blob = json.dumps({**config, "rootfs": rootfs}, sort_keys=True).encode()
    parts = ((CONFIG, config_blob), (PACKAGES, package_layer), (FILES, files))
    descriptors = [{"mediaType": kind, "digest": digest_of(blob), "size": len(blob)} for kind, blob in parts]
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptors[0], "layers": descriptors[1:]}
    return json.dumps(manifest, sort_keys=True).encode(), {digest_of(blob): blob for _, blob in parts}
