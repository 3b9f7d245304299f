"""The evaluation report."""

from __future__ import annotations

from typing import Any

from jobs.model import Model
from jobs.settings import Settings


def render(evaluation: dict[str, Any], model: Model, settings: Settings) -> str:
    """The page as HTML."""
    return f"<!doctype html><title>Evaluation</title><pre>{evaluation['metrics']}</pre>"
