"""`model.tar.gz` and `output.tar.gz`: packing what a job left, unpacking what a model needs."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from slipway.engine.archives import extract


def pack(folders: Iterable[Path], target: Path) -> Path:
    """The content of `folders`, one over the other, as a gzipped tar whose paths begin at each folder.

    Level 1: the file is read back on the same machine within seconds, and models hardly compress.
    """
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        for folder in folders:
            for path in sorted(folder.iterdir()):
                archive.add(path, arcname=path.name)
    return target


class BadArchive(OSError):
    """The file is no tar.gz that can be unpacked; the text says why."""


def unpack(source: Path, folder: Path) -> None:
    """Unpack into `folder`; BadArchive for what is no archive, and for members that lead out of it."""
    try:
        with tarfile.open(source, "r:*") as archive:
            extract(archive, folder)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BadArchive(f"{source.name} cannot be unpacked: {error}") from error


def make_read_only(folder: Path) -> None:
    """Take away everybody's right to write: a container finds /opt/ml/model mounted read-only."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
