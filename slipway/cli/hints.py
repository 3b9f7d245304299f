"""Commands in texts, as they have to be typed: with the install and the `--home` or `--aws` that the command was given.

What is said, and what fails, may come from anywhere in the package, where nobody knows how the command was called; so
they are put in here, at the last moment.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from contextvars import ContextVar
from pathlib import Path

from slipway import local

# Every command that has --stack.
OF_A_STACK = (
    *("clone", "push", "drop", "approve", "reject", "retry", "predict"),
    *("status", "watch", "runs", "report", "logs", "automl", "execute", "destroy"),
    *("ab start", "ab weights", "ab promote", "ab stop", "ab status"),
)
# Those that take the install's name without an option.
NAMING = ("launch", "preflight")
# Every command that has --aws.
ANYWHERE = (*OF_A_STACK, *NAMING, "publish")
# Every command that has --home.
COMMANDS = ("demo", "up", "down", "env", "fault add", "fault list", "fault clear", *ANYWHERE)
# Those that act on no engine.
_ELSEWHERE = ("configure", "permissions", "fault", "ab")
_NAME = "slipway"
_PROGRAM = re.compile(rf"(?<![\w/.-]){_NAME} (?=(?:{'|'.join((*COMMANDS, *_ELSEWHERE))})\b)")
_COMMAND = re.compile(rf"\bslipway (?:{'|'.join(COMMANDS)})\b[^`\n;)]*?(?=[`\n;)]|  |$)")
# --help explains any folder's, and what names its folder is complete.
_COMPLETE = ("--help", "--home", "--aws")

_home: ContextVar[Path] = ContextVar("home", default=local.HOME)
_stack: ContextVar[str | None] = ContextVar("stack", default=None)
_aws: ContextVar[bool] = ContextVar("aws", default=False)
_region: ContextVar[str | None] = ContextVar("region", default=None)


def remember(home: Path) -> Path:
    """The folder that the command acts on."""
    _home.set(home)
    return home


def remember_stack(stack: str | None) -> str | None:
    """The install that the command was told to act on."""
    _stack.set(stack)
    return stack


def remember_aws(aws: bool) -> bool:
    """Whether the command acts on AWS."""
    _aws.set(aws)
    return aws


def remember_region(region: str | None) -> str | None:
    """The region that the command was told to act in."""
    _region.set(region)
    return region


def complete(text: str) -> str:
    """The text with what its commands need to act on the same install in the same place, and as they can be typed."""
    completed = _COMMAND.sub(lambda found: _complete(found[0]), text)
    return _PROGRAM.sub(lambda _: f"{program()} ", completed)


def program() -> str:
    """How to type `slipway`: its path, where a shell would find none of that name or another one."""
    called, found = Path(sys.argv[0]).absolute(), shutil.which(_NAME)
    if called.name != _NAME or (found and Path(found).resolve() == called.resolve()):
        return _NAME
    here = Path.cwd()
    return shlex.quote(str(called.relative_to(here) if called.is_relative_to(here) else called))


def _complete(command: str) -> str:
    if any(word in command for word in _COMPLETE):
        return command
    name = command.removeprefix("slipway ")
    command = _with_stack(command, name)
    if _aws.get() and name.startswith(ANYWHERE):
        region = _region.get()
        return f"{command} --aws{f' --region {shlex.quote(region)}' if region else ''}"
    home = _home.get()
    if home != Path(os.environ.get("SLIPWAY_HOME") or local.HOME):
        command += f" --home {shlex.quote(str(home))}"
    return command


def _with_stack(command: str, name: str) -> str:
    stack = _stack.get()
    if not stack or "--stack" in command:
        return command
    if name.startswith(OF_A_STACK):
        return f"{command} --stack {shlex.quote(stack)}"
    verb, _, rest = name.partition(" ")
    if verb in NAMING and rest[:1] in ("", "-"):
        return f"slipway {verb} {shlex.quote(stack)} {rest}".rstrip()
    return command
