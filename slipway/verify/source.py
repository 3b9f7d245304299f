"""A template or a definition as it was written: what it says, and the line on which it says it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from cfnlint.decode.cfn_yaml import loads

Place = Sequence[str | int]


@dataclass(frozen=True)
class Source:
    """A YAML or JSON file below the bundle's root; `path` is relative to it."""

    path: str
    text: str

    @classmethod
    def read(cls, root: Path, path: str) -> Source:
        """The file as it is on disk."""
        return cls(path, (root / path).read_text("utf-8"))

    @cached_property
    def document(self) -> dict[str, Any]:
        """The content, short forms (`!Ref`) as long ones."""
        document: dict[str, Any] = json.loads(json.dumps(loads(self.text)))
        return document

    @cached_property
    def lines(self) -> list[str]:
        """The text by line."""
        return self.text.splitlines()

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=yaml.CSafeLoader)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it; `Fn::If` and its kind may be tags in the source."""
        node, line = self._root, 1
        for step in place:
            found = _step(node, step)
            if found is not None:
                line, node = found
        return line


def _step(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None
