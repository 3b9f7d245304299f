"""What a mutation is: one change of one file of the bundle, which AWS would reject."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutation:
    """`old`, which stands in `file` exactly once, becomes `new`; whoever rejects that must say `says`."""

    name: str
    file: str
    old: str
    new: str
    says: str

    def mutated(self) -> str:
        """The file's text with the change."""
        text = (ROOT / self.file).read_text()
        found = text.count(self.old)
        assert found == 1, f"{self.name}: {self.old!r} stands {found} times in {self.file}; make it unique"
        return text.replace(self.old, self.new)
