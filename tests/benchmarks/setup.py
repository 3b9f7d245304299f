"""What `make setup` takes in a fresh clone, for a person whose home has no package cache."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figure import Figure, seconds

_BUDGET_SECONDS = 240.0
_BUDGET_MEGABYTES = 1200.0
_CACHES = ("UV_CACHE_DIR", "XDG_CACHE_HOME", "PIP_CACHE_DIR", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")


def figures(root: Path, folder: Path) -> Iterator[Figure]:
    """Set-up in a clone of `root` below `folder`, which is empty."""
    clone, home = folder / "clone", folder / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
    environment = {name: value for name, value in os.environ.items() if name not in _CACHES} | {"HOME": str(home)}
    command = ["make", "setup", f"PYTHON={getattr(sys, '_base_executable', sys.executable)}"]

    def make_setup() -> None:
        subprocess.run(command, cwd=clone, env=environment, check=True, stdout=sys.stderr)

    yield Figure("set-up in a fresh clone, nothing cached", seconds(make_setup), "s", _BUDGET_SECONDS)
    used = megabytes(clone / ".venv", home)
    yield Figure("what set-up leaves in `.venv` and in the package cache", used, "MB", _BUDGET_MEGABYTES)


def megabytes(*folders: Path) -> float:
    """Space on disk; a file that is linked into several places counts once."""
    sizes = {}
    for folder in folders:
        for path in folder.rglob("*"):
            found = path.lstat()
            sizes[(found.st_dev, found.st_ino)] = found.st_blocks * 512
    return sum(sizes.values()) / 1e6
