"""An engine in which every image URI stands for `container.py`, or for the program of its tag; run as a program with
the engine's own arguments.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.engine import images, server
from slipway.engine.caller import Caller
from slipway.engine.errors import AwsError

HERE = Path(__file__).parent
PROGRAMS = {
    "batch": HERE / "transform" / "container.py",
    "tuning": HERE / "tuning" / "container.py",
    "predictions": HERE.parents[1] / "bundle" / "predicting.py",
}
LABELS = (
    "com.amazonaws.sagemaker.capabilities.accept-bind-to-port",
    "com.amazonaws.sagemaker.capabilities.multi-models",
)


@dataclass(frozen=True)
class ProgramImage:
    """An image whose entry point is `program`."""

    config: dict[str, Any]
    program: Path
    digest = f"sha256:{'0' * 64}"

    def command(self, args: list[str], entrypoint: list[str] | None = None) -> tuple[list[str], dict[str, str], Path]:
        """Argv, environment, working directory."""
        first = entrypoint or [sys.executable, str(self.program)]
        # An image has its own `python`, which this machine need not have under that name.
        if first[0] == "python":
            first = [sys.executable, *first[1:]]
        return [*first, *args], {"PATH": os.environ["PATH"]}, HERE


def resolve(_: Caller, image_uri: str) -> ProgramImage:
    """The program; a URI with `missing` in it is not there, one with `unlabelled` has no labels."""
    if "missing" in image_uri:
        raise AwsError("ImageNotFoundException", f"The image {image_uri} does not exist", status=400)
    labels = {} if "unlabelled" in image_uri else dict.fromkeys(LABELS, "true")
    return ProgramImage({"Labels": labels}, PROGRAMS.get(image_uri.rpartition(":")[2], HERE / "container.py"))


if __name__ == "__main__":
    images.resolve = resolve
    sys.exit(server.main(sys.argv[1:]))
