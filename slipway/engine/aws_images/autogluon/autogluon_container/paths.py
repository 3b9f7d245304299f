"""Where `/opt/ml` is: below SAGEMAKER_BASE_DIR, when it is elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

OPT_ML: Final = "/opt/ml"
BASE: Final = Path(os.environ.get("SAGEMAKER_BASE_DIR", OPT_ML))


def mapped(path: str) -> str:
    """A path that a person gave as one of the container's, as the path that stands for it."""
    if path == OPT_ML or path.startswith(f"{OPT_ML}/"):
        return str(BASE) + path[len(OPT_ML) :]
    return path
