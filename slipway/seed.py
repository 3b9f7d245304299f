"""The bundle as a zip: what CodeCommit is seeded with, and what an S3 source takes.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codecommit-repository-code.html
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.errors import BadInput

LIMIT_BYTES = 20 * 1024 * 1024
# A table that travels with the bundle leaves room for the rest of it.
LARGEST_TABLE_BYTES = 15 * 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = frozenset({".git", ".venv", ".slipway", "build", "dist", "__pycache__"})
_LEFT_OUT_SUFFIXES = ("_cache", ".egg-info")


@dataclass(frozen=True)
class Seed:
    """A zip and the first 16 hex digits of its SHA-256; the same files give the same bytes."""

    content: bytes
    version: str


def make(root: Path, replaced: Mapping[str, bytes] | None = None) -> Seed:
    """Zip every tracked file below `root` (every file, where it is no git checkout), with some contents replaced.

    BadInput when there is no bundle, a file is empty (CodeCommit refuses to be seeded with one) or the zip too large.
    """
    if not (root / "template.yaml").exists():
        raise BadInput(f"{root} holds no template.yaml; run this in the bundle's folder")
    contents = {name: (root / name).read_bytes() for name in files(root)}
    modes = {name: (root / name).stat().st_mode & 0o777 for name in contents}
    contents.update(replaced or {})
    empty = sorted(name for name, content in contents.items() if not content)
    if empty:
        raise BadInput(f"{empty[0]} is empty, and CodeCommit refuses to be seeded with an empty file; put a line in it")
    content = _zip(contents, modes)
    if len(content) > LIMIT_BYTES:
        raise BadInput(
            f"the bundle is {len(content):,} bytes zipped, CodeCommit is seeded with {LIMIT_BYTES:,} at most"
        )
    return Seed(content, hashlib.sha256(content).hexdigest()[:16])


def files(root: Path) -> list[str]:
    """The bundle's files, relative to `root`."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return sorted(name for name in listed.stdout.split("\0") if name and (root / name).is_file())
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and _belongs(path, root))


def _belongs(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return not any(part in _LEFT_OUT or part.endswith(_LEFT_OUT_SUFFIXES) for part in parts)


def _zip(contents: Mapping[str, bytes], modes: Mapping[str, int]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = (0o100000 | modes.get(name, 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, contents[name])
    return buffer.getvalue()
