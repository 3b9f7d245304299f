"""Identities: of data, of the job image, and of a training, each a hash of the content that it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

# What a training depends on. The serving part may change without a new model.
_PARTS: Final = ("dataset", "prepare", "train", "evaluate")
_NOISE: Final = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache")


def data_version(chunks: Iterable[bytes]) -> str:
    """The version of a data set: the first 16 hex digits of the SHA-256 of its content."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()[:16]


def content_hash(folder: Path, paths: Iterable[Path] | None = None) -> str:
    """The SHA-256 of the names and contents of the files in a folder, caches left out; or of some of them."""
    digest = hashlib.sha256()
    for path in files(folder) if paths is None else paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def files(folder: Path, without: Container[str] = ()) -> Iterator[Path]:
    """The files of a folder that are its content, in a fixed order, but what has one of these names in it."""
    tops = (path for path in folder.glob("*") if path.name not in without)
    for path in sorted(chain.from_iterable((top, *top.rglob("*")) for top in tops)):
        if path.is_file() and not any(part in _NOISE for part in path.relative_to(folder).parts):
            yield path


def training_key(data: str, jobs: str, image: str, training: dict[str, Any], configuration: dict[str, Any]) -> str:
    """The identity of a training: the same key means the same model, so nothing is trained again for nothing."""
    parts = {part: configuration[part] for part in _PARTS}
    identity = {"data": data, "jobs": jobs, "image": image, "training": training, **parts}
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
