"""The folder that is a build's container: its files, home, programs and environment. It is removed when the build ends.

The machine stands for the build image: its system programs are on PATH after a toolbox with `docker` (the engine's
stand-in), `uv`, `python` and `pip`. Installs go to a virtual environment of the build's own. The package cache of uv is
the user's, so that an install takes a second.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import slipway
from slipway.engine import machine
from slipway.engine.caller import Caller
from slipway.engine.processes import Processes
from slipway.engine.services.sts import containers

_ROOT = Path(slipway.__file__).parent.parent

# The engine's own interpreter, whatever variables and folders the build has made.
_DOCKER = (
    "import sys; sys.path.insert(0, {root!r}); from slipway.engine.docker.cli import main; sys.exit(main(sys.argv[1:]))"
)

_PIP = """import os, sys
os.environ["VIRTUAL_ENV"] = sys.prefix
words = ["--version"] if sys.argv[1:] in (["--version"], ["-V"]) else ["pip", *sys.argv[1:]]
os.execv({uv!r}, [{uv!r}, *words])
"""


REMOVED = ".removed"


def remove(processes: Processes, folder: Path) -> None:
    """Delete a folder of a hundred thousand files without holding the engine up."""
    program = processes.start(
        ["rm", "-rf", str(folder)], env={"PATH": machine.system_path()}, cwd=folder.parent, name=f"remove {folder.name}"
    )
    threading.Thread(target=program.wait, daemon=True).start()


class Workspace:
    """One build's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "home"
        self.sources = root / "src"
        self.shell = root / "shell"
        self._python = root / "python"
        self._toolbox = root / "toolbox"

    @property
    def source(self) -> Path:
        """The primary source's folder."""
        return self.sources / "primary"

    def secondary(self, identifier: str) -> Path:
        """The folder of a secondary source."""
        return self.sources / identifier

    def prepare(self, engine_home: Path) -> None:
        """Make the folder with its own interpreter and toolbox."""
        for folder in (self.home, self.root / "tmp", self._toolbox):
            folder.mkdir(parents=True)
        self.root.chmod(0o700)
        self._make_environment()
        self._tool("docker", sys.executable, "-I", "-c", _DOCKER.format(root=str(_ROOT)), str(engine_home / "images"))
        self._tool("uv", machine.uv())
        self._tool("pip", str(self._python / "bin" / "python"), "-m", "pip")
        self._tool("pip3", str(self._python / "bin" / "python"), "-m", "pip")
        aws = shutil.which("aws")
        self._tool("aws", *([aws] if aws else [machine.uv(), "tool", "run", "--quiet", "--from", "awscli", "aws"]))

    def remove(self, processes: Processes) -> None:
        """Delete everything: it is out of the way at once, and gone when a program of its own has done its work."""
        if not self.root.exists():
            return
        removed = self.root.with_name(f"{self.root.name}{REMOVED}")
        self.root.rename(removed)
        remove(processes, removed)

    def environment(self, caller: Caller, variables: Mapping[str, str]) -> dict[str, str]:
        """The variables of a command: the role's credentials, the build's variables and no others of the engine's."""
        path = (str(self._python / "bin"), str(self._toolbox), machine.system_path())
        return {
            "PATH": os.pathsep.join(path),
            "HOME": str(self.home),
            "TMPDIR": str(self.root / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            **machine.network_settings(),
            **machine.uv_settings(),
            **containers.environment(caller),
            "CODEBUILD_SRC_DIR": str(self.source),
            **variables,
        }

    def _make_environment(self) -> None:
        command = [machine.uv(), "venv", "--quiet", "--no-project", "--python", machine.python(), str(self._python)]
        environment = {"PATH": machine.system_path(), "HOME": str(self.home), **machine.uv_settings()}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        [packages] = self._python.glob("lib/python*/site-packages")
        (packages / "pip").mkdir()
        (packages / "pip" / "__init__.py").write_text("")
        (packages / "pip" / "__main__.py").write_text(_PIP.format(uv=machine.uv()))

    def _tool(self, name: str, *command: str) -> None:
        path = self._toolbox / name
        path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        path.chmod(0o755)
