"""One file's names are no other's.

The files that one worker gets share an engine, and which files those are is chance: two that make a thing of the same
name would fail one day and not the next. So each name is put down with the file that made it, for all workers together.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

_OWNER = "tests_owner_of_name"
# What is made by a Put takes the place of what another file has made, without a word.
_REPLACING = {"PutMetricAlarm", "PutRule"}


class NameTaken(AssertionError):
    """Two files make a thing of the same name in the engine that they may share."""


class Names:
    """Who made what, in a folder that all workers of a run see."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def watch(self, client: Any) -> None:
        """Put down what is made through a boto3 client."""
        client.meta.events.register("before-parameter-build", self._asked)
        client.meta.events.register("after-call", self._answered)

    def take(self, made: str, owner: str) -> None:
        """`owner` has made `made`; NameTaken when another file did before."""
        note = self._folder / hashlib.sha256(made.encode()).hexdigest()
        try:
            with note.open("x") as first:
                first.write(owner)
        except FileExistsError:
            other = note.read_text()
            if other not in ("", owner):
                raise NameTaken(f"{made} is made by {other} and by {owner}: choose another name") from None

    def _asked(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        required = model.input_shape.required_members if model.input_shape else []
        name = params.get(required[0]) if required else None
        if (model.name.startswith("Create") or model.name in _REPLACING) and isinstance(name, str):
            context[_OWNER] = (f"{model.service_model.service_name} {model.name} {name}", _test_file())

    def _answered(self, http_response: Any, context: dict[str, Any], **_: Any) -> None:
        if _OWNER in context and http_response.status_code < 300:
            self.take(*context[_OWNER])


def _test_file() -> str:
    """The nearest file of tests or of fixtures among the callers; a helper makes things for whoever calls it."""
    frame = sys._getframe(1)
    while frame is not None:
        name = Path(frame.f_code.co_filename).name
        if name.startswith("test_") or name == "conftest.py":
            return frame.f_code.co_filename
        frame = frame.f_back  # type: ignore[assignment]
    return "a test"
