"""Commands in texts, as they have to be typed: one about another folder than the default is told with its `--home`.

What is said, and what fails, may come from anywhere in the package, where nobody knows how the command was called; so
the folder is put in here, at the last moment.
"""

from __future__ import annotations

import os
import re
import shlex
from contextvars import ContextVar
from pathlib import Path

from slipway import local

# Every command that has --home.
COMMANDS = (
    *("demo", "up", "down", "env", "launch", "clone", "push", "drop", "approve", "reject", "retry", "predict"),
    *("status", "watch", "runs", "report", "logs", "automl", "execute"),
    *("ab start", "ab weights", "ab promote", "ab stop", "ab status"),
)
_COMMAND = re.compile(rf"\bslipway (?:{'|'.join(COMMANDS)})\b[^`\n;)]*?(?=[`\n;)]|  |$)")
# --help explains any folder's, and what names its folder is complete.
_COMPLETE = ("--help", "--home")

_home: ContextVar[Path] = ContextVar("home", default=local.HOME)


def remember(home: Path) -> Path:
    """The folder that the command acts on."""
    _home.set(home)
    return home


def complete(text: str) -> str:
    """The text with `--home` in its commands, unless they act on the same folder without it."""
    home = _home.get()
    if home == Path(os.environ.get("SLIPWAY_HOME") or local.HOME):
        return text
    option = f" --home {shlex.quote(str(home))}"
    return _COMMAND.sub(lambda found: _with(found[0], option), text)


def _with(command: str, option: str) -> str:
    return command if any(word in command for word in _COMPLETE) else command + option
