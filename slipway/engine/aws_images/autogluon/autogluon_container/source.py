"""The person's code: an archive in S3, or a folder of the container.

sagemaker.readthedocs.io/en/stable/overview.html#prepare-a-training-script
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import urlparse

from .paths import mapped


class CodeRefused(Exception):
    """The code is not there, or asks for what this stand-in does not do; the text says what."""


def fetch(source: str, target: Path) -> None:
    """Bring what is at `source` to `target`: `s3://…/sourcedir.tar.gz`, or a folder or archive of the container's."""
    target.mkdir(parents=True, exist_ok=True)
    if source.startswith("s3://"):
        with tempfile.TemporaryDirectory() as folder:
            _unpack(_download(source, Path(folder) / "sourcedir.tar.gz"), target)
        return
    place = Path(mapped(source))
    if place.is_dir():
        if place.resolve() != target.resolve():
            shutil.copytree(place, target, dirs_exist_ok=True)
    elif place.is_file():
        _unpack(place, target)
    else:
        raise CodeRefused(f"sagemaker_submit_directory: there is neither a folder nor an archive at {source}")


def _download(uri: str, to: Path) -> Path:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    at = urlparse(uri)
    try:
        boto3.client("s3").download_file(at.netloc, at.path.lstrip("/"), str(to))
    except (BotoCoreError, ClientError) as error:
        raise CodeRefused(f"sagemaker_submit_directory: {uri} could not be read: {error}") from error
    return to


def _unpack(archive: Path, target: Path) -> None:
    """Folders and files, which may not lead out of `target`; a Python of the first 3.11s has no filter for that."""
    try:
        with tarfile.open(archive, "r:*") as opened:
            for member in opened.getmembers():
                inside = (target / member.name).resolve().is_relative_to(target.resolve())
                if not inside or not (member.isfile() or member.isdir()):
                    raise CodeRefused(
                        f"sagemaker_submit_directory: {archive.name} has {member.name}, which is not a file in it"
                    )
                opened.extract(member, target)
    except tarfile.TarError as error:
        raise CodeRefused(f"sagemaker_submit_directory: {archive.name} is not a tar archive: {error}") from error


def refuse_requirements(folder: Path) -> None:
    """AWS's toolkits would install the file into the container; this environment is shared, and locked."""
    file = folder / "requirements.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    if any(line.strip() and not line.strip().startswith("#") for line in lines):
        raise CodeRefused(
            "requirements.txt beside the script is not installed by the local stand-in of this image: its environment "
            "has AutoGluon's own requirements only. Build an image of your own for more packages"
        )
