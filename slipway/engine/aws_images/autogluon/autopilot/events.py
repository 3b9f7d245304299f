"""What the engine is told: a line each, JSON behind a mark."""

from __future__ import annotations

import json
from typing import Any, Final

MARK: Final = "[automl-event] "


def say(event: str, **members: Any) -> None:
    """Print one event."""
    print(MARK + json.dumps({"event": event, **members}), flush=True)
