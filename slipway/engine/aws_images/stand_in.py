"""One tag of an AWS-owned image, ready to run here: its environment is made when a process of it is first asked for."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.engine import machine
from slipway.engine.aws_images.image import AwsImage
from slipway.engine.docker import packages
from slipway.engine.docker.packages import Install, PackagesRefused
from slipway.engine.docker.store import digest_of
from slipway.engine.errors import AwsError

logger = logging.getLogger("slipway")
_PYTHON = re.compile(r"python3?(\.\d+)?")


@dataclass(frozen=True)
class StandIn:
    """What stands for the image at `uri`; `environments` is where environments are kept."""

    uri: str
    image: AwsImage
    tag: str
    environments: Path

    @property
    def digest(self) -> str:
        """`sha256:…` of what runs, since there is no manifest."""
        return digest_of(f"{self.image.repository} {self.image.module}\n{self.image.requirements(self.tag)}".encode())

    @property
    def announcement(self) -> str:
        """What the log says this is."""
        version = self.image.version(self.tag)
        return f"a local stand-in of {self.image.repository}:{self.tag}, {self.image.library} {version}"

    def install(self, say: Callable[[str], None]) -> Path:
        """The environment; the first time it is made, which `say` hears of, and always what this stands for."""
        say(f"[sagemaker] this is {self.announcement}")
        install = Install(["--require-hashes", "-r", "{0}"], [self.image.requirements(self.tag)])
        layer = packages.to_json(self.image.python, [install])
        first = f"[sagemaker] installing {self.image.library} {self.image.version(self.tag)}, the first time only"
        try:
            return packages.environment(self.environments, layer, say, first)
        except PackagesRefused as reason:
            raise AwsError(
                "ValidationException", f"The stand-in of the image {self.uri} could not be installed: {reason}"
            ) from reason

    def command(
        self, args: Sequence[str], *, entrypoint: Sequence[str] | None = None
    ) -> tuple[list[str], dict[str, str], Path]:
        """Program and arguments, variables and working directory of a process, once its environment is there.

        `entrypoint` is a program of the environment or of this machine; any `python` is the environment's.
        """
        environment = self.install(logger.info)
        python = str(environment / "bin" / "python")
        words = [python, "-m", self.image.module, *args] if entrypoint is None else [*entrypoint, *args]
        if _PYTHON.fullmatch(Path(words[0]).name):
            words[0] = python
        home = self.environments / "home"
        home.mkdir(exist_ok=True)
        variables = {
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(self.image.folder),
            "PATH": os.pathsep.join((str(environment / "bin"), machine.system_path())),
            **self.image.environment,
        }
        return words, variables, home
