"""`docker build`: from a context and its Dockerfile to an image.

docs.docker.com/reference/dockerfile says what each instruction means; those that are not in `_INSTRUCTIONS` are refused
with file and line. The image depends on nothing but the context and the Dockerfile.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.engine.docker import packages
from slipway.engine.docker.context import Context, below
from slipway.engine.docker.dockerfile import Instruction, parse, substitute
from slipway.engine.docker.packages import PackagesRefused, Say
from slipway.engine.docker.run import Runner, RunRefused
from slipway.engine.docker.store import ImageStore, StoredImage, files_layer, make_manifest

_BASE = re.compile(
    r"(?:public\.ecr\.aws/docker/library/|docker\.io/library/|docker\.io/|library/)?python:(\d+\.\d+)[\w.]*(?:-\w+)*(?:@sha256:[0-9a-f]+)?"
)
_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_PREDEFINED = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


@dataclass
class _State:
    """What the instructions so far have made."""

    context: Context
    rootfs: Path
    runner: Runner
    build_args: Mapping[str, str]
    say: Say
    base: str = ""
    python: str = ""
    workdir: str = "/"
    env: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        return self.args | self.env


def build(
    store: ImageStore, root: Path, dockerfile: Path, build_args: Mapping[str, str], platform: str, say: Say
) -> StoredImage:
    """Build the image of a context; DockerfileError says where it cannot be done."""
    instructions = parse(dockerfile.read_text(), dockerfile.name)
    with tempfile.TemporaryDirectory() as folder:
        rootfs = Path(folder, "rootfs")
        rootfs.mkdir()
        state = _State(Context(root, dockerfile), rootfs, Runner(rootfs, say), build_args, say)
        for number, instruction in enumerate(instructions, 1):
            say(f"Step {number}/{len(instructions)} : {instruction.name} {instruction.value}")
            _carry_out(state, instruction)
        _check(state, instructions[-1])
        layer = packages.to_json(state.python, state.runner.installs)
        manifest, blobs = make_manifest(_config(state, platform), layer, files_layer(rootfs))
    try:
        return store.add(manifest, blobs, say)
    except PackagesRefused as error:
        install = next(item for item in reversed(instructions) if item.name == "RUN")
        raise install.error(f"RUN: {error}") from error


def _carry_out(state: _State, instruction: Instruction) -> None:
    action = _INSTRUCTIONS.get(instruction.name)
    if action is None:
        raise instruction.error(f"{instruction.name} is not executed locally")
    if not state.base and instruction.name not in ("ARG", "FROM"):
        raise instruction.error("no build stage in current context: FROM must come first")
    try:
        action(state, instruction)
    except (RunRefused, PackagesRefused, FileNotFoundError) as error:
        raise instruction.error(f"{instruction.name}: {error}") from error


def _check(state: _State, last: Instruction) -> None:
    if not state.base:
        raise last.error("no build stage: FROM is missing")
    declared = {*state.args, *_PREDEFINED}
    unused = sorted(set(state.build_args) - declared)
    if unused:
        state.say(f"[Warning] One or more build-args {unused} were not consumed")


def _from(state: _State, instruction: Instruction) -> None:
    words = substitute(instruction.value, state.args | dict(state.build_args)).split()
    if state.base:
        raise instruction.error("FROM: a build of several stages is not executed locally")
    if set(instruction.flags) - {"platform"} or len(words) not in (1, 3):
        raise instruction.error(f"FROM: expected FROM image [AS name], found {instruction.value}")
    match = _BASE.fullmatch(words[0])
    if match is None:
        raise instruction.error(
            f"FROM: the base image {words[0]} is not provided locally; "
            "python:<version> and public.ecr.aws/docker/library/python:<version> are"
        )
    state.base, state.python, state.args = words[0], match[1], {}
    state.env["PATH"] = _PATH


def _arg(state: _State, instruction: Instruction) -> None:
    for word in instruction.words():
        name, equals, default = word.partition("=")
        if name in state.build_args:
            state.args[name] = state.build_args[name]
        elif equals:
            state.args[name] = substitute(default, state.variables)


def _env(state: _State, instruction: Instruction) -> None:
    state.env |= _pairs(state, instruction)


def _label(state: _State, instruction: Instruction) -> None:
    state.config.setdefault("Labels", {}).update(_pairs(state, instruction))


def _pairs(state: _State, instruction: Instruction) -> dict[str, str]:
    words = instruction.words()
    if words and "=" not in words[0]:
        name, _, value = instruction.value.partition(" ")
        return {name: substitute(value.strip(), state.variables)}
    pairs = [word.partition("=") for word in words]
    return {name: substitute(value, state.variables) for name, _, value in pairs}


def _workdir(state: _State, instruction: Instruction) -> None:
    place = below(state.rootfs, substitute(instruction.value, state.variables), state.workdir)
    place.mkdir(parents=True, exist_ok=True)
    state.workdir = f"/{place.relative_to(state.rootfs).as_posix()}".replace("/.", "/")


def _copy(state: _State, instruction: Instruction) -> None:
    for flag in instruction.flags:
        if flag not in ("chown", "chmod", "link"):
            raise instruction.error(f"COPY --{flag} is not executed locally")
    words = [substitute(word, state.variables) for word in _copy_words(instruction)]
    if len(words) < 2:
        raise instruction.error("COPY: a source and a target are needed")
    before = {path: path.stat().st_mtime_ns for path in state.rootfs.rglob("*") if path.is_file()}
    state.context.copy(words[:-1], words[-1], state.rootfs, state.workdir)
    mode = instruction.flags.get("chmod")
    if mode:
        for path in state.rootfs.rglob("*"):
            if path.is_file() and path not in before:
                path.chmod(int(mode, 8))


def _copy_words(instruction: Instruction) -> list[str]:
    return instruction.exec_form() if instruction.value.startswith("[") else instruction.words()


def _run(state: _State, instruction: Instruction) -> None:
    if instruction.flags and set(instruction.flags) != {"mount"}:
        raise instruction.error(f"RUN --{next(iter(instruction.flags))} is not executed locally")
    if instruction.flags and "type=cache" not in instruction.flags["mount"]:
        raise instruction.error(f"RUN --mount={instruction.flags['mount']} is not executed locally; type=cache is")
    line = instruction.value
    if line.startswith("["):
        raise instruction.error("RUN: the exec form is not executed locally")
    state.runner.run(line, state.workdir, state.variables)


def _entrypoint(state: _State, instruction: Instruction) -> None:
    state.config["Entrypoint"] = instruction.exec_form()


def _cmd(state: _State, instruction: Instruction) -> None:
    state.config["Cmd"] = instruction.exec_form()


def _expose(state: _State, instruction: Instruction) -> None:
    for port in substitute(instruction.value, state.variables).split():
        state.config.setdefault("ExposedPorts", {})[port if "/" in port else f"{port}/tcp"] = {}


def _user(state: _State, instruction: Instruction) -> None:
    state.config["User"] = substitute(instruction.value, state.variables)
    state.say(f"USER {state.config['User']}: noted; processes of the image run as you")


_INSTRUCTIONS: Mapping[str, Callable[[_State, Instruction], None]] = {
    "ARG": _arg,
    "CMD": _cmd,
    "COPY": _copy,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "FROM": _from,
    "LABEL": _label,
    "RUN": _run,
    "USER": _user,
    "WORKDIR": _workdir,
}


def _config(state: _State, platform: str) -> dict[str, Any]:
    """The OCI image configuration, without a date, so that the same build has the same digest."""
    system, _, architecture = platform.partition("/")
    env = [f"{name}={value}" for name, value in state.env.items()]
    return {
        "architecture": architecture,
        "os": system,
        "config": {**state.config, "Env": env, "WorkingDir": state.workdir},
        "history": [{"created_by": f"FROM {state.base}"}],
    }
