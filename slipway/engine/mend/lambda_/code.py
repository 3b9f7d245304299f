"""Code and layers on disk, and the packages that AWS's Python runtime brings along.

docs.aws.amazon.com/lambda/latest/dg/lambda-python.html (the SDK in the runtime)
docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html (where layers end up)
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path

# What the runtime's image has beside the standard library.
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_unpacking = threading.Lock()


def unpack(archive: bytes, folder: Path) -> Path:
    """Unpack a zip below `folder` under the name of its hash, once; the folder that holds it."""
    target = folder / hashlib.sha256(archive).hexdigest()[:32]
    with _unpacking:
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=folder))
            _extract(archive, draft)
            draft.rename(target)
    return target


def _extract(archive: bytes, target: Path) -> None:
    """Extract with the permissions that the zip records, as Lambda does."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            path = Path(opened.extract(entry, target))
            mode = entry.external_attr >> 16 & 0o777
            if mode and path.is_file():
                path.chmod(mode | 0o600)


def runtime_packages(folder: Path) -> Path:
    """A folder with the SDK of AWS's runtime and nothing else of this machine's packages."""
    packages = folder / "runtime"
    with _unpacking:
        packages.mkdir(parents=True, exist_ok=True)
        for name in RUNTIME_PACKAGES:
            _link(name, packages)
    return packages


def _link(name: str, folder: Path) -> None:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return
    origin = Path(found.origin)
    source = origin.parent if origin.name == "__init__.py" else origin
    link = folder / source.name
    if not link.is_symlink():
        link.symlink_to(source)


def search_path(code: Path, layers: list[Path], packages: Path) -> list[str]:
    """`sys.path` of a function: its code, its layers, the runtime's packages.

    A later layer overwrites an earlier one on AWS, so it comes first here.
    """
    of_layers = [layer / "python" for layer in reversed(layers)]
    sites = [site for layer in of_layers for site in layer.glob("lib/python3*/site-packages")]
    return [str(path) for path in (code, *of_layers, *sites, packages) if path.exists()]


def discard(folder: Path) -> None:
    """Remove what an environment wrote."""
    shutil.rmtree(folder, ignore_errors=True)


def temporary(folder: Path) -> Path:
    """A fresh folder that stands for one environment's `/tmp`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder))
    made.chmod(0o700)
    return made
