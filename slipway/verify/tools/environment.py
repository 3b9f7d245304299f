"""Where a tool is, which version it has, and how it is run."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from slipway.verify.finding import CheckFailed


@dataclass(frozen=True)
class Environment:
    """One of the Makefile's environments, and the package in it that is the tool."""

    folder: Path
    package: str

    def version(self) -> str:
        """The tool's version; CheckFailed when its environment was not made."""
        pattern = f"lib/python*/site-packages/{self.package.replace('-', '_')}-*.dist-info"
        found = next(self.folder.glob(pattern), None)
        if found is None:
            raise CheckFailed(f"{self.package} is not installed in {self.folder}; `make verify` installs it")
        return found.name.removesuffix(".dist-info").rpartition("-")[2]

    def run(
        self,
        command: list[str],
        root: Path,
        *,
        given: str = "",
        variables: dict[str, str],
        ends: tuple[int, ...] = (0,),
    ) -> str:
        """What a program of the environment prints; CheckFailed unless it ends with one of `ends`."""
        self.version()
        program = self.folder / "bin" / command[0]
        done = subprocess.run(
            [str(program), *command[1:]],
            cwd=root,
            env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "PYTHONUTF8": "1", **variables},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in ends:
            said = (done.stderr or done.stdout).strip()[-1500:]
            raise CheckFailed(f"`{command[0]}` of {self.package} ended with {done.returncode}:\n{said}")
        return done.stdout
