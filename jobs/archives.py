"""What SageMaker packs: the model.tar.gz and output.tar.gz of a training job."""

from __future__ import annotations

import tarfile
from pathlib import Path

from jobs.errors import ModelError


def unpack(file: Path, folder: Path) -> None:
    """Unpack an archive into a folder; only plain files inside it are taken."""
    try:
        with tarfile.open(file) as archive:
            _extract(archive, folder)
    except tarfile.TarError as error:
        raise ModelError(f"{file.name} cannot be unpacked: {error}") from None


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Take plain files whose path stays inside; `tarfile`'s own filter is missing from Python 3.11.2."""
    for member in archive:
        target = folder / member.name
        source = archive.extractfile(member) if member.isfile() else None
        if ".." in target.parts or not target.is_relative_to(folder):
            raise tarfile.TarError(f"{member.name} leads out of the archive")
        if source is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read())
