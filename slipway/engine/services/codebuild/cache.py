"""The local cache of a project: folders that its buildspec names, kept from one build to the next.

docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html
"""

from __future__ import annotations

import shutil
from pathlib import Path

from slipway.engine.engine import Engine
from slipway.engine.services.codebuild.buildspec import Buildspec
from slipway.engine.services.codebuild.failure import PhaseFailed
from slipway.engine.services.codebuild.workspace import Workspace
from slipway.engine.store import Record

_ROOT_HOME = "/root/"
_MODE = "LOCAL_CUSTOM_CACHE"


def restore(engine: Engine, record: Record, spec: Buildspec, workspace: Workspace) -> None:
    """Put what was kept back in its place."""
    for kept, place in _places(engine, record, spec, workspace):
        if kept.is_dir():
            shutil.copytree(kept, place, symlinks=True, dirs_exist_ok=True)


def save(engine: Engine, record: Record, spec: Buildspec, workspace: Workspace) -> None:
    """Keep the folders as they are now."""
    for kept, place in _places(engine, record, spec, workspace):
        shutil.rmtree(kept, ignore_errors=True)
        if place.is_dir():
            shutil.copytree(place, kept, symlinks=True)


def _places(engine: Engine, record: Record, spec: Buildspec, workspace: Workspace) -> list[tuple[Path, Path]]:
    if _MODE not in record.get("cache", {}).get("modes", []):
        return []
    root = engine.home / "codebuild" / "cache" / record["projectName"]
    folders = [_folder(path) for path in spec.cache_paths]
    return [(root / str(number), _place(folder, workspace)) for number, folder in enumerate(folders)]


def _folder(path: str) -> str:
    """The folder of a cache path; CodeBuild's local cache takes folders only, written `dir/**/*`."""
    return path.removesuffix("/**/*").removesuffix("/*").removesuffix("/")


def _place(folder: str, workspace: Workspace) -> Path:
    if folder.startswith(_ROOT_HOME):
        return workspace.home / folder.removeprefix(_ROOT_HOME)
    place = (workspace.source / folder).resolve()
    if not place.is_relative_to(workspace.source.resolve()):
        raise PhaseFailed("CLIENT_ERROR", f"cache/paths: {folder} is neither in the source nor in the home directory")
    return place
