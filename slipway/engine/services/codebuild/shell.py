"""The shell of a build. All commands of all phases see one another's variables and working directory.

CodeBuild runs a 0.2 buildspec in one instance of the shell. Here each phase is a process of its own, so that it can be
timed and stopped, and the state (variables, exports, working directory) is carried over in files; shell functions,
aliases and `set` options are not.

docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-versions
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.engine.processes import exit_code

# Variables that the shell owns and that may not be assigned when the state is read again.
_SAVE = {
    "sh": "set | grep -Ev '^(BASH[A-Z_]*|EUID|PPID|SHELLOPTS|UID|_)=' ; export -p",
    "bash": "declare -p | grep -Ev '^declare -[a-zA-Z]*r'",
}


@dataclass(frozen=True)
class Outcome:
    """How the commands ended: the number of the last one that ran and its exit status."""

    command: int
    status: int


class Shell:
    """State and scripts of one build's shell, in `folder`."""

    def __init__(self, folder: Path, kind: str, start: Path, exported: Sequence[str]) -> None:
        self._folder = folder
        self._kind = kind
        self._exported = exported
        folder.mkdir(parents=True)
        (folder / "directory").write_text(str(start))
        (folder / "exported").mkdir()

    def argv(self, commands: Sequence[str], succeeding: bool) -> list[str]:
        """What to start in order to run `commands` one after the other until one fails."""
        (self._folder / "outcome").unlink(missing_ok=True)
        lines = [self._restore(), f"export CODEBUILD_BUILD_SUCCEEDING={int(succeeding)}", self._trap()]
        for number, command in enumerate(commands):
            path = self._folder / f"command-{number}"
            path.write_text(f"{command}\n")
            lines += [
                f"__codebuild_command={number}",
                f"printf '%s\\n' {shlex.quote(f'[Container] Running command {command}')}",
                f". {shlex.quote(str(path))}",
                "__codebuild_status=$?",
                '[ "$__codebuild_status" -eq 0 ] || exit "$__codebuild_status"',
            ]
        script = self._folder / "script"
        script.write_text("\n".join((*lines, "exit 0", "")))
        return [shutil.which(self._kind) or self._kind, str(script)]

    def outcome(self, returncode: int) -> Outcome:
        """How the last `argv` ended; a shell that was killed left no word, and ends as a container does."""
        path = self._folder / "outcome"
        if not path.exists():
            return Outcome(0, exit_code(returncode) or 1)
        number, status = path.read_text().split()
        return Outcome(int(number), int(status))

    def exported(self) -> dict[str, str]:
        """The values of the variables to export, as the last phase left them."""
        folder = self._folder / "exported"
        return {name: (folder / name).read_text() for name in self._exported if (folder / name).exists()}

    def _restore(self) -> str:
        state, directory = self._quoted("state"), self._quoted("directory")
        return f'[ ! -f {state} ] || . {state} 2>/dev/null\ncd "$(cat {directory})"'

    def _trap(self) -> str:
        save = [
            "__codebuild_status=$?",
            "set +eux",
            f'printf "%s %s" "$__codebuild_command" "$__codebuild_status" > {self._quoted("outcome")}',
            f"pwd > {self._quoted('directory')}",
            f"{{ {_SAVE[self._kind]} ; }} > {self._quoted('state')}",
            *(f'printf "%s" "${name}" > {self._quoted(f"exported/{name}")}' for name in self._exported),
        ]
        body = "\n".join(save)
        return f"__codebuild_command=0\n__codebuild_finish() {{\n{body}\n}}\ntrap __codebuild_finish EXIT"

    def _quoted(self, name: str) -> str:
        return shlex.quote(str(self._folder / name))
