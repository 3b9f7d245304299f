"""Lines of the container's log."""

from __future__ import annotations

from datetime import UTC, datetime


def say(line: str) -> None:
    """One line, with the time and level in front as the container writes them."""
    print(f"[{datetime.now(UTC):%Y-%m-%d:%H:%M:%S}:INFO] {line}", flush=True)
