"""What an engine's process holds."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path


def resident_bytes(home: Path) -> int:
    """The resident memory of the engine at `home`."""
    pid = json.loads((home / "engine.json").read_text())["pid"]
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) * 1024
