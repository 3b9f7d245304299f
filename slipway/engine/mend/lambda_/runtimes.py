"""Which runtimes are executed, and by which interpreter of this machine.

docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys

from slipway.engine import machine
from slipway.engine.errors import AwsError

_PYTHON = re.compile(r"python(3\.\d+)")
# "Block function create": these cannot be made any more.
_BLOCKED = frozenset({"python2.7", "python3.6", "python3.7"})
_RECOMMENDED = "python3.13"
_LOOK_SECONDS = 10.0


def check(runtime: str) -> None:
    """Refuse a runtime that AWS does not take any more, or that is not executed here."""
    if runtime in _BLOCKED:
        text = (
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            f"We recommend you use a supported runtime ({_RECOMMENDED}) while creating or updating functions."
        )
        raise AwsError("InvalidParameterValueException", text, status=400)
    if not _PYTHON.fullmatch(runtime):
        text = f"Runtime {runtime} is not executed here: functions run on Python (python3.x)"
        raise AwsError("InvalidParameterValueException", text, status=400)


@functools.cache
def interpreter(runtime: str) -> str:
    """The program that runs `python3.x`: one of that version among the system's, else the engine's own."""
    version = _PYTHON.fullmatch(runtime)
    found = shutil.which(f"python{version[1]}", path=machine.system_path()) if version else None
    if version and found and _version_of(found) == version[1]:
        return found
    return sys.executable


def _version_of(program: str) -> str:
    """What it says itself: a program of that name may stand in for one that is not installed."""
    ask = [program, "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(ask, capture_output=True, text=True, timeout=_LOOK_SECONDS, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
