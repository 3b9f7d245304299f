"""An image's Python packages: a virtual environment, made by uv and shared by all images with the same packages.

The interpreter is this machine's: the image's own version when it is installed, else the one that runs the engine,
which is said aloud. Files are hard links into uv's cache, so an environment costs a second and little space.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from slipway.engine import machine

_FILE_OPTIONS = {"-r", "--requirement", "-c", "--constraint"}
_VALUE_OPTIONS = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--only-binary", "--no-binary"}
_PASSED = {"--require-hashes", "--no-deps", "--upgrade", "-U", "--compile-bytecode"}
# These mean nothing to an environment of its own, or to uv.
_IDLE = {
    "--no-cache-dir",
    "--no-cache",
    "--system",
    "--no-compile",
    "--disable-pip-version-check",
    "--no-input",
    "-q",
    "--quiet",
}
_IDLE_VALUES = {"--root-user-action", "--progress-bar", "--timeout", "--retries"}
_OPTIONS_IN_FILES = ("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "./", "../", "/", "file:")

Say = Callable[[str], None]


class PackagesRefused(Exception):
    """An install that is not executed, or that failed; the text says why."""


@dataclass(frozen=True)
class Install:
    """One `pip install`: its arguments, where `{n}` stands for the n-th of `files`, and those files' contents."""

    arguments: list[str]
    files: list[str] = field(default_factory=list)


def parse(arguments: Sequence[str], read: Callable[[str], str]) -> Install:
    """The arguments of `pip install`; `read` gives a requirements file of the image."""
    parsed, files = [], []
    words = iter(_separated(arguments))
    for word in words:
        if word in _FILE_OPTIONS:
            path = _next(word, words)
            files.append(_checked(path, read(path)))
            parsed += [word, f"{{{len(files) - 1}}}"]
        elif word in _VALUE_OPTIONS:
            parsed += [word, _next(word, words)]
        elif word in _IDLE_VALUES:
            _next(word, words)
        elif word in _PASSED:
            parsed.append(word)
        elif word.startswith("-") and word not in _IDLE:
            raise PackagesRefused(f"pip install {word} is not executed locally")
        elif word not in _IDLE:
            parsed.append(_checked_requirement(word))
    return Install(parsed, files)


def _separated(arguments: Sequence[str]) -> list[str]:
    """`--option=value` as two words."""
    words: list[str] = []
    for argument in arguments:
        option, equals, value = argument.partition("=")
        words += [option, value] if equals and option.startswith("--") else [argument]
    return words


def _next(option: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None:
        raise PackagesRefused(f"pip install {option} needs a value")
    return value


def _checked_requirement(word: str) -> str:
    if word.startswith((".", "/")) or "://" in word:
        raise PackagesRefused(f"pip install {word}: installing from a folder or an address is not executed locally")
    return word


def _checked(path: str, text: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().startswith(_OPTIONS_IN_FILES):
            raise PackagesRefused(f"{path}:{number}: {line.strip()}: other files are not read locally; list packages")
    return text


def to_json(version: str, installs: Sequence[Install]) -> bytes:
    """The packages as an image's layer carries them."""
    steps = [{"arguments": install.arguments, "files": install.files} for install in installs]
    return json.dumps({"python": version, "installs": steps}, sort_keys=True).encode()


def environment(folder: Path, layer: bytes, say: Say, first: str = "") -> Path:
    """The environment for a packages layer, made below `folder` unless it is there; `first` is said when it is made."""
    content = json.loads(layer)
    interpreter = find_interpreter(content["python"], say)
    key = hashlib.sha256(layer + _identity(interpreter)).hexdigest()[:32]
    # Its programs name this path, which has to hold also when the engine's folder only links to it.
    place = folder.resolve() / key
    with _locked(folder / f"{key}.lock"):
        if not (place / "complete").exists():
            if first:
                say(first)
            shutil.rmtree(place, ignore_errors=True)
            _make(place, interpreter, [Install(**step) for step in content["installs"]], say)
            (place / "complete").touch()
    return place


def find_interpreter(version: str, say: Say) -> str:
    """An interpreter of this `version` on this machine, or the engine's own."""
    command = [machine.uv(), "python", "find", "--no-python-downloads", "--system", version]
    found = subprocess.run(command, env=_uv_environment(), capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    say(f"Python {version} is not installed on this machine: {machine.python()} stands for it")
    return machine.python()


def _identity(interpreter: str) -> bytes:
    """What distinguishes an interpreter, so that an upgrade of the machine's makes another environment."""
    path = Path(interpreter).resolve()
    return f"{path}:{path.stat().st_mtime_ns}".encode()


def _make(place: Path, interpreter: str, installs: Sequence[Install], say: Say) -> None:
    _run([machine.uv(), "venv", "--quiet", "--python", interpreter, str(place)], say)
    for install in installs:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, f"requirements-{number}.txt") for number in range(len(install.files))]
            for path, text in zip(paths, install.files, strict=True):
                path.write_text(text)
            names = {f"{{{number}}}": str(path) for number, path in enumerate(paths)}
            arguments = [names.get(argument, argument) for argument in install.arguments]
            _run([machine.uv(), "pip", "install", "--python", str(place / "bin" / "python"), *arguments], say)


def _run(command: Sequence[str], say: Say) -> None:
    result = subprocess.run(
        command, env=_uv_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    for line in result.stdout.splitlines():
        say(line)
    if result.returncode:
        raise PackagesRefused(f"installing packages failed with exit status {result.returncode}")


def _uv_environment() -> Mapping[str, str]:
    passed = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    return {"PATH": machine.system_path(), **passed, **machine.network_settings(), **machine.uv_settings()}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
