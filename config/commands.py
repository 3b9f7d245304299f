"""A command of `make`'s, run for it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence


def run(command: Sequence[str]) -> int:
    """Run a command; its exit code."""
    # Open files too: make hands its job slots on by them.
    return subprocess.run(command, check=False, close_fds=False).returncode
