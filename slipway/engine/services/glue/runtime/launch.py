"""Run a job's script as the main program, and leave the reason of a failure where the engine looks for it.

`python launch.py REASON_FILE SCRIPT ARGUMENT…`
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Become the script."""
    reason, script, *arguments = sys.argv[1:]
    sys.argv = [script, *arguments]
    del sys.path[0]  # This folder, which is on PYTHONPATH too, after the script's own.
    if "SLIPWAY_S3_MIRROR" in os.environ:
        importlib.import_module("slipway_s3.paths").install(Path(os.environ["SLIPWAY_S3_MIRROR"]))
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code:
            Path(reason).write_text(f"SystemExit: {end.code}", encoding="utf-8")
        raise
    except BaseException as error:
        Path(reason).write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        raise


if __name__ == "__main__":
    main()
