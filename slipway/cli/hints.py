"""Commands in texts, as they have to be typed: with the `--stack` and the `--home` that the command was given.

What is said, and what fails, may come from anywhere in the package, where nobody knows how the command was called; so
both are put in here, at the last moment.
"""

from __future__ import annotations

import os
import re
import shlex
from contextvars import ContextVar
from pathlib import Path

from slipway import local

# Every command that has --stack.
OF_A_STACK = (
    *("launch", "clone", "push", "drop", "approve", "reject", "retry", "predict"),
    *("status", "watch", "runs", "report", "logs", "automl", "execute", "destroy"),
    *("ab start", "ab weights", "ab promote", "ab stop", "ab status"),
)
# Every command that has --home.
COMMANDS = (
    *("demo", "up", "down", "env", "preflight", "publish", "fault add", "fault list", "fault clear"),
    *OF_A_STACK,
)
_COMMAND = re.compile(rf"\bslipway (?:{'|'.join(COMMANDS)})\b[^`\n;)]*?(?=[`\n;)]|  |$)")
# --help explains any folder's, and what names its folder is complete.
_COMPLETE = ("--help", "--home")

_home: ContextVar[Path] = ContextVar("home", default=local.HOME)
_stack: ContextVar[str | None] = ContextVar("stack", default=None)


def remember(home: Path) -> Path:
    """The folder that the command acts on."""
    _home.set(home)
    return home


def remember_stack(stack: str | None) -> str | None:
    """The install that the command was told to act on."""
    _stack.set(stack)
    return stack


def complete(text: str) -> str:
    """The text with `--stack` and `--home` in its commands, unless they act on the same install without them."""
    return _COMMAND.sub(lambda found: _complete(found[0]), text)


def _complete(command: str) -> str:
    if any(word in command for word in _COMPLETE):
        return command
    stack, home = _stack.get(), _home.get()
    if stack and "--stack" not in command and command.removeprefix("slipway ").startswith(OF_A_STACK):
        command += f" --stack {shlex.quote(stack)}"
    if home != Path(os.environ.get("SLIPWAY_HOME") or local.HOME):
        command += f" --home {shlex.quote(str(home))}"
    return command
