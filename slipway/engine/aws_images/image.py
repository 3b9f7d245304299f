"""What a stand-in of an AWS-owned image is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class AwsImage:
    """One repository of AWS's, as this engine stands in for it.

    `accounts` says which account has it in a region; `tags` which requirements file (below `folder`, pinned and hashed)
    each tag's environment is made from; `module` is what `python -m` runs in it, given the container's arguments
    (`train`, `serve`); `library` is the package, or its `-cpu` build, whose version is said aloud. `metric_definitions`
    are those that SageMaker itself gives a training job of a built-in algorithm.
    """

    repository: str
    accounts: Mapping[str, str]
    tags: Mapping[str, str]
    folder: Path
    module: str
    library: str
    python: str = "3.11"
    environment: Mapping[str, str] = field(default_factory=dict)
    metric_definitions: tuple[Mapping[str, str], ...] = ()

    def requirements(self, tag: str) -> str:
        """The text of a tag's requirements file."""
        return (self.folder / self.tags[tag]).read_text(encoding="utf-8")

    def version(self, tag: str) -> str:
        """The version of the library that really runs."""
        pinned = re.search(rf"^{re.escape(self.library)}(?:-cpu)?==(\S+)", self.requirements(tag), re.MULTILINE)
        if pinned is None:
            raise ValueError(f"{self.folder / self.tags[tag]} does not pin {self.library}")
        return pinned[1]
