"""Tags and logins of one build, in its home."""

from __future__ import annotations

import json
from pathlib import Path


class LocalState:
    """Files in `~/.docker`."""

    def __init__(self, folder: Path) -> None:
        self._tags = folder / "tags.json"
        self._logins = folder / "logins.json"

    @staticmethod
    def full(name: str) -> str:
        """A name with its tag."""
        return name if ":" in name.rpartition("/")[2] else f"{name}:latest"

    def tags(self) -> dict[str, str]:
        """Name with tag → digest."""
        return _read(self._tags)

    def tag(self, name: str, digest: str) -> None:
        """Let a name stand for an image."""
        _write(self._tags, self.tags() | {self.full(name): digest})

    def logins(self) -> dict[str, str]:
        """Registries that were logged in to."""
        return _read(self._logins)

    def log_in(self, server: str) -> None:
        """Remember a login; the calls themselves are signed with the build's credentials."""
        _write(self._logins, self.logins() | {server: "AWS"})

    def log_out(self, server: str) -> None:
        """Forget a login."""
        _write(self._logins, {name: user for name, user in self.logins().items() if name != server})


def _read(path: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return content


def _write(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
