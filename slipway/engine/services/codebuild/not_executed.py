"""What a project in a template would need that the engine does not execute, told before its stack makes anything.

What CodeBuild itself refuses is told when the project is created (`projects`), as on AWS.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Partly
from slipway.engine.services.codebuild import buildspec, projects
from slipway.engine.services.codebuild.service import NotExecuted

# Where a value must be, and is not known yet, what every project may have stands for it.
_UNKNOWN: dict[str, Any] = {
    "environment": {"type": "LINUX_CONTAINER"},
    "source": {"type": "NO_SOURCE"},
    "artifacts": {"type": "NO_ARTIFACTS"},
    "cache": {"type": "NO_CACHE"},
}


def not_executed(project: dict[str, Any]) -> Iterator[str]:
    """The reasons, of a project in the words of CreateProject."""
    known = _known(project)
    supposed = {name: default | known.get(name, {}) for name, default in _UNKNOWN.items()}
    sources = [source for source in known.get("secondarySources", []) if "type" in source]
    try:
        projects.check_executed({**known, **supposed, "secondarySources": sources})
    except NotExecuted as error:
        yield error.message
    source = project.get("source")
    yield from _buildspec(source.get("buildspec", "") if isinstance(source, dict) else "")


def _known(value: Any) -> Any:
    """The value without the members that are not known."""
    if isinstance(value, dict):
        return {name: _known(inner) for name, inner in value.items() if not isinstance(inner, Partly)}
    return [_known(item) for item in value if not isinstance(item, Partly)] if isinstance(value, list) else value


def _buildspec(text: str) -> Iterator[str]:
    """A buildspec that is written in the template; what is no more than a line is the place of one.

    docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-name-storage
    """
    if "\n" not in text:
        return
    try:
        buildspec.parse(text)
    except buildspec.BuildspecNotExecuted as error:
        yield f"buildspec: {error}"
    except buildspec.BuildspecInvalid:
        # CodeBuild takes any text, and says what is wrong with it in the build.
        return
