"""The files that are checked, and the regions that the bundle claims to deploy in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from slipway.verify.source import Source

# Every resource type of the templates exists in these, which `cfn-lint --regions` proves; docs/bundle.md lists them.
REGIONS = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)


@dataclass(frozen=True)
class Bundle:
    """A bundle's root folder."""

    root: Path

    @cached_property
    def templates(self) -> list[Source]:
        """The root template, its parts and what the pipeline deploys, in the order of their names."""
        paths = ["template.yaml", *self._named("cf/*.yaml"), *self._named("functions/*/*.json")]
        return [Source.read(self.root, path) for path in paths if (self.root / path).exists()]

    @cached_property
    def code(self) -> list[str]:
        """The Python of functions, jobs and Build."""
        return [path for folder in ("config", "functions", "jobs") for path in self._named(f"{folder}/**/*.py")]

    @cached_property
    def suppressible(self) -> list[Source]:
        """The files in which a comment may suppress a finding."""
        return [*self.templates, *(Source.read(self.root, path) for path in self.code)]

    def template(self, name: str) -> Source | None:
        """The template `cf/<name>`, None when there is none."""
        return next((each for each in self.templates if each.path == f"cf/{name}"), None)

    def _named(self, pattern: str) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))
