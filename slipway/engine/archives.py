"""Unpacking tar files that somebody else made.

`tarfile`'s own filters came to Python 3.11 with 3.11.4, and Debian 12 has 3.11.2: what they refuse is refused here.
docs.python.org/3/library/tarfile.html#extraction-filters
"""

from __future__ import annotations

import tarfile
from pathlib import Path, PurePosixPath

_MODE = 0o755


def extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack files and folders into `folder`, which is made; links, devices and what leads out of it are refused.

    Raises tarfile.TarError naming the member.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for member in archive:
        target = folder / _inside(member)
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        source = archive.extractfile(member) if member.isfile() else None
        if source is None:
            raise tarfile.TarError(f"{member.name} is neither a file nor a folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, target.open("wb") as copy:
            while chunk := source.read(1 << 20):
                copy.write(chunk)
        target.chmod(member.mode & _MODE | 0o600)


def _inside(member: tarfile.TarInfo) -> PurePosixPath:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise tarfile.TarError(f"{member.name} leads out of the folder")
    return name
