"""An engine in which every image URI stands for `container.py`; run as a program with the engine's own arguments."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from slipway.engine import images, server
from slipway.engine.caller import Caller
from slipway.engine.errors import AwsError

HERE = Path(__file__).parent


@dataclass(frozen=True)
class ProgramImage:
    """An image whose entry point is `container.py`."""

    digest = f"sha256:{'0' * 64}"

    def command(self, args: list[str], entrypoint: list[str] | None = None) -> tuple[list[str], dict[str, str], Path]:
        """Argv, environment, working directory."""
        first = entrypoint or [sys.executable, str(HERE / "container.py")]
        return [*first, *args], {"PATH": os.environ["PATH"]}, HERE


def resolve(_: Caller, image_uri: str) -> ProgramImage:
    """The program; a URI with `missing` in it is not there."""
    if "missing" in image_uri:
        raise AwsError("ImageNotFoundException", f"The image {image_uri} does not exist", status=400)
    return ProgramImage()


if __name__ == "__main__":
    images.resolve = resolve
    sys.exit(server.main(sys.argv[1:]))
