"""The configuration that the bundle's tests try things with.

Build runs them whatever a person has written in config/ml-pipeline.json, so they begin with an example of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config import configuration

FILE = Path(configuration.__file__).with_name("telecom-churn.json")


def written() -> dict[str, Any]:
    """The example as it stands in its file; each has one of its own to change."""
    return configuration.load(FILE)
