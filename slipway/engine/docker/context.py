"""The build context: which files it holds after `.dockerignore`, and copying them into an image.

docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path


class Context:
    """The files below `root` that a build may see."""

    def __init__(self, root: Path, dockerfile: Path) -> None:
        self.root = root.resolve()
        own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
        ignore = own if own.exists() else self.root / ".dockerignore"
        self._rules = _rules(ignore.read_text()) if ignore.exists() else []
        self.files = sorted(path for path in self.root.rglob("*") if not path.is_dir() and self._sees(path))

    def _sees(self, path: Path) -> bool:
        name, seen = path.relative_to(self.root).as_posix(), True
        for pattern, keeps in self._rules:
            if pattern.match(name):
                seen = keeps
        return seen

    def copy(self, sources: list[str], target: str, rootfs: Path, workdir: str) -> None:
        """COPY: files to `target`, folders' contents into it. FileNotFoundError names a source that matches nothing."""
        place = below(rootfs, target, workdir)
        matched = [(source, self._matched(source)) for source in sources]
        into_folder = target.endswith("/") or target in (".", "..") or place.is_dir() or len(sources) > 1
        for source, found in matched:
            if not found:
                raise FileNotFoundError(f'"/{source.lstrip("./")}": not found in the build context')
            into_folder = into_folder or len(found) > 1
            for match in found:
                self._copy_one(match, place, into_folder)

    def _matched(self, source: str) -> list[Path]:
        pattern = source.strip("/").removeprefix("./") or "."
        found = sorted(self.root.glob(pattern)) if pattern != "." else [self.root]
        return [path for path in found if path.resolve().is_relative_to(self.root) and self._holds(path)]

    def _holds(self, path: Path) -> bool:
        return any(file == path or file.is_relative_to(path) for file in self.files)

    def _copy_one(self, match: Path, place: Path, into_folder: bool) -> None:
        if match.is_dir():
            for file in self.files:
                if file.is_relative_to(match):
                    _copy_file(file, place / file.relative_to(match))
            return
        _copy_file(match, place / match.name if into_folder else place)


def below(rootfs: Path, path: str, workdir: str) -> Path:
    """Where an image's path is; ValueError when it would leave the image."""
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{workdir}/{path}").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return rootfs.joinpath(*parts)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)


def _rules(text: str) -> list[tuple[re.Pattern[str], bool]]:
    """Patterns in order, each with whether it keeps (`!pattern`) what it matches."""
    lines = [line.strip() for line in text.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    return [(_pattern(line.removeprefix("!")), line.startswith("!")) for line in wanted]


def _pattern(line: str) -> re.Pattern[str]:
    """A pattern of .dockerignore; it matches what is below a folder too."""
    translated, text = "", line.strip("/").removeprefix("./")
    position = 0
    while position < len(text):
        if text.startswith("**/", position):
            translated, position = translated + "(?:.*/)?", position + 3
        elif text.startswith("**", position):
            translated, position = translated + ".*", position + 2
        else:
            letter = text[position]
            translated += {"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter))
            position += 1
    return re.compile(f"{translated}(?:/.*)?$")
