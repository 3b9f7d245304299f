"""RUN: the few commands that an image of jobs needs, carried out on the image's files; others are refused by name.

There is no container to run a shell in, so a line is read here: commands joined by `&&` or `;`, with variables, and no
other shell syntax.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from slipway.engine.docker import packages
from slipway.engine.docker.context import below
from slipway.engine.docker.dockerfile import substitute
from slipway.engine.docker.packages import Install

_SEPARATORS = ("&&", ";")
_INSTALLERS = (["pip"], ["pip3"], ["python", "-m", "pip"], ["python3", "-m", "pip"], ["uv", "pip"])
# Users and owners are noted by Docker; here every process runs as the person who started the engine.
_USERS = ("useradd", "groupadd", "adduser", "addgroup", "chown")
_IDLE = ("true", "set", ":")
_EXECUTABLE = ("+x", "a+x", "u+x", "755", "0755", "775", "700", "555", "ugo+x")


class RunRefused(Exception):
    """A command that is not executed, or that failed; the text says which and why."""


class Runner:
    """Carries out RUN lines in the files below `rootfs`."""

    def __init__(self, rootfs: Path, say: Callable[[str], None]) -> None:
        self._rootfs = rootfs
        self._say = say
        self.installs: list[Install] = []

    def run(self, line: str, workdir: str, variables: Mapping[str, str]) -> None:
        """Carry out one RUN instruction."""
        for command in _commands(line):
            words = [substitute(word, variables) for word in command]
            self._run_one(words, workdir)

    def _run_one(self, words: list[str], workdir: str) -> None:
        for installer in _INSTALLERS:
            if words[: len(installer)] == installer:
                self._install(words[len(installer) :], workdir)
                return
        name = words[0]
        if name in _USERS:
            self._say(f"{shlex.join(words)}: noted; processes of the image run as you")
        elif name in _ACTIONS:
            _ACTIONS[name](words[1:], lambda path: below(self._rootfs, path, workdir))
        elif name not in _IDLE:
            known = ", ".join(sorted(("pip", "uv", *_ACTIONS, *_USERS)))
            raise RunRefused(f"{name} is not executed locally; of shell commands only {known} are")

    def _install(self, words: list[str], workdir: str) -> None:
        if words[:1] != ["install"]:
            raise RunRefused(f"pip {' '.join(words[:1])} is not executed locally; only pip install is")

        def read(path: str) -> str:
            place = below(self._rootfs, path, workdir)
            if not place.is_file():
                raise packages.PackagesRefused(f"{path} does not exist in the image; COPY it before")
            return place.read_text()

        arguments = [word for word in words[1:] if word not in ("pip", "setuptools", "wheel")]
        install = packages.parse(arguments, read)
        # `pip install --upgrade pip` brings tools that the engine's uv stands for.
        if any(not argument.startswith("-") for argument in install.arguments):
            self.installs.append(install)


def _commands(line: str) -> list[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    try:
        tokens = list(lexer)
    except ValueError as error:
        raise RunRefused(f"{error} in {line}") from error
    for token in tokens:
        if token in _SEPARATORS:
            commands.append([])
        elif set(token) <= set("();<>|&") or "$(" in token or "`" in token:
            raise RunRefused(f"the shell's {token} is not executed locally; join plain commands by &&")
        else:
            commands[-1].append(token)
    return [command for command in commands if command]


Place = Callable[[str], Path]


def _split(words: Sequence[str], allowed: str) -> tuple[str, list[str]]:
    """Option letters and the other words; unknown options are refused."""
    letters = "".join(word[1:] for word in words if word.startswith("-") and not word.startswith("--"))
    unknown = [word for word in words if word.startswith("--")] + [
        letter for letter in letters if letter not in allowed
    ]
    if unknown:
        raise RunRefused(f"the option {unknown[0]} is not executed locally")
    return letters, [word for word in words if not word.startswith("-")]


def _mkdir(words: Sequence[str], place: Place) -> None:
    for path in _split(words, "p")[1]:
        place(path).mkdir(parents=True, exist_ok=True)


def _touch(words: Sequence[str], place: Place) -> None:
    for path in _split(words, "")[1]:
        place(path).touch()


def _rm(words: Sequence[str], place: Place) -> None:
    for pattern in _split(words, "rf")[1]:
        target = place(pattern)
        for path in target.parent.glob(target.name) if target.parent.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _chmod(words: Sequence[str], place: Place) -> None:
    recursive, (mode, *paths) = _split(words, "R")
    for path in paths:
        if not place(path).exists():
            raise RunRefused(f"chmod: {path} does not exist in the image")
        targets = [place(path), *(place(path).rglob("*") if recursive else ())]
        for target in targets:
            if target.is_file():
                target.chmod(0o755 if mode in _EXECUTABLE else 0o644)


def _ln(words: Sequence[str], place: Place) -> None:
    letters, paths = _split(words, "sf")
    if "s" not in letters or len(paths) != 2:
        raise RunRefused("ln is executed locally only as ln -s TARGET LINK")
    link = place(paths[1])
    link.unlink(missing_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(paths[0])


_ACTIONS: Mapping[str, Callable[[Sequence[str], Place], None]] = {
    "mkdir": _mkdir,
    "touch": _touch,
    "rm": _rm,
    "chmod": _chmod,
    "ln": _ln,
}
