"""Reading a Dockerfile: instructions with their lines, and the variables in them.

docs.docker.com/reference/dockerfile
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(.*)")
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s+")
_VARIABLE = re.compile(r"(?<!\\)\$(?:\{(\w+)(?:(:?[-+])([^}]*))?\}|(\w+))")


class DockerfileError(Exception):
    """An instruction that cannot be carried out; the text begins with file and line."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")


@dataclass(frozen=True)
class Instruction:
    """One instruction: its name in capitals, its flags and the rest."""

    file: str
    line: int
    name: str
    flags: Mapping[str, str]
    value: str

    def error(self, message: str) -> DockerfileError:
        """An error that says where the instruction stands."""
        return DockerfileError(self.file, self.line, message)

    def words(self) -> list[str]:
        """The value as shell words."""
        try:
            return shlex.split(self.value)
        except ValueError as error:
            raise self.error(f"{self.name}: {error}") from error

    def exec_form(self) -> list[str]:
        """The value as a JSON array of strings; the shell form is refused."""
        try:
            value = json.loads(self.value)
        except ValueError as error:
            raise self.error(
                f'{self.name}: only the exec form, ["program", "argument"], is executed locally'
            ) from error
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{self.name}: expected a JSON array of strings")
        return value


def parse(text: str, file: str) -> list[Instruction]:
    """The instructions of a Dockerfile called `file`."""
    instructions = []
    for line, joined in _joined(text, file):
        name, _, rest = joined.partition(" ")
        flags, value = _flags(rest.strip())
        instruction = Instruction(file, line, name.upper(), flags, value)
        if "<<" in value and name.upper() in ("RUN", "COPY"):
            raise instruction.error("here-documents are not executed locally")
        instructions.append(instruction)
    if not instructions:
        raise DockerfileError(file, 1, "the file has no instructions")
    return instructions


def _joined(text: str, file: str) -> list[tuple[int, str]]:
    """Logical lines with the number of their first line; comments inside a continued line are left out."""
    lines: list[tuple[int, str]] = []
    parts: list[str] = []
    start = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            directive = _DIRECTIVE.fullmatch(line)
            if directive and directive[1].lower() == "escape" and not lines and not parts:
                raise DockerfileError(file, number, "the escape directive is not executed locally")
            continue
        start = start or number
        continued = line.endswith("\\")
        parts.append(line.removesuffix("\\").strip())
        if not continued:
            lines.append((start, " ".join(parts)))
            start, parts = 0, []
    return lines + ([(start, " ".join(parts))] if parts else [])


def _flags(value: str) -> tuple[dict[str, str], str]:
    flags = {}
    while match := _FLAG.match(value):
        flags[match[1]] = match[2] or "true"
        value = value[match.end() :]
    return flags, value


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """`text` with `$name`, `${name}`, `${name:-default}` and `${name:+alternative}` replaced."""

    def value(match: re.Match[str]) -> str:
        name, operator, word = match[1] or match[4], match[2] or "", match[3] or ""
        present = name in variables and (bool(variables[name]) or not operator.startswith(":"))
        if operator.endswith("+"):
            return word if present else ""
        return variables[name] if present else (word if operator else variables.get(name, ""))

    return _VARIABLE.sub(value, text)
