"""Slipway: a CI/CD line for machine-learning models on AWS that also runs, for real, on a laptop.

`slipway.automl(frame, target=…)` makes a service of a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway.service import automl

__all__ = ["automl"]


def __getattr__(name: str) -> Any:
    """Load what makes a service when it is asked for: every command and every push's credential helper start here."""
    if name != "automl":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from slipway.service import automl

    return automl
