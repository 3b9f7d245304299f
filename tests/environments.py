"""Environments of jobs and images, installed once for the engines of all tests and kept for the next run.

An engine keeps them in its own folder, where each would link gigabytes anew, and compile what it imports. Whoever makes
one holds its lock meanwhile, so that the workers of a run may share them. What kills engines has its own.
"""

from __future__ import annotations

from pathlib import Path

KEPT = Path(__file__).parents[1] / ".venv/environments"


def share(home: Path) -> None:
    """Let the engine that was just started on this folder use what others installed."""
    for place in ("environments", "images/environments"):
        (KEPT / place).mkdir(parents=True, exist_ok=True)
        link = home / place
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(KEPT / place)
