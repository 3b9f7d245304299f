"""Parquet as a CSV, by polars: this Python's, or that of the bundle's environment, which `make setup` made."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from slipway.errors import BadInput

_SCRIPT = Path(__file__).parent / "read_parquet.py"


def convert(source: Path, target: Path) -> None:
    """Write the rows of `source` as a CSV; BadInput says why that cannot be."""
    command = [_python(), "-I", str(_SCRIPT), str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadInput(f"{source.name}: {(done.stderr.strip().splitlines() or ['polars was ended'])[-1]}")


def _python() -> str:
    """The interpreter of an environment with polars."""
    beside = Path(sys.executable).parent.parent / "bundle" / "bin" / "python"
    if find_spec("polars"):
        return sys.executable
    if not beside.exists():
        raise BadInput("Parquet is read by polars, and none is installed; `make setup` installs it below .venv")
    return str(beside)
