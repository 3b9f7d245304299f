"""A bundle's configuration, checked by the bundle's own rules before a run is spent on it.

The rules are those that Build applies, `python -m config.validate` of the same files, in a folder of their own: what is
checked is what will be built, whatever else lies in the person's folder.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from slipway import seed
from slipway.errors import BadInput

CONFIG = "config/ml-pipeline.json"
_RULES = "config/validate.py"
# What the rules are made of.
FOLDERS = ("config", "jobs")


def files(root: Path) -> dict[str, bytes]:
    """What the rules of the bundle in `root` need, by path."""
    return {name: (root / name).read_bytes() for name in seed.files(root) if name.partition("/")[0] in FOLDERS}


def check(files: Mapping[str, bytes]) -> None:
    """BadInput with a line for each fault; what holds no rules of a bundle's is not checked."""
    if _RULES not in files:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        # This Python has what the rules need, jsonschema, as the engine does.
        command = [sys.executable, "-m", "config.validate", CONFIG]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadInput(f"{CONFIG} would fail in Build: {done.stderr.strip()[-4000:]}")
