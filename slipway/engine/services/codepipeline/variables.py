"""`#{…}`: pipeline variables, output variables of actions, and what the pipeline itself knows.

docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

REFERENCE = re.compile(r"#\{([^{}]*)\}")
_PARTS = re.compile(r"([A-Za-z0-9@\-_]+)\.([A-Za-z0-9@\-_]+)")

PIPELINE = "variables"
BUILT_IN = "codepipeline"
RESERVED = (PIPELINE, BUILT_IN)
BUILT_IN_NAMES = ("PipelineExecutionId",)
# docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
RESOLVED_BYTES = 100 * 1024
OUTPUT_BYTES = 122_880


class Unresolved(Exception):
    """A reference names something that no action produced, or is not of the form `#{namespace.name}`."""


def references(text: str) -> list[tuple[str, str]]:
    """Every `(namespace, name)` that a text refers to; Unresolved when one is malformed."""
    return [_parts(match) for match in REFERENCE.finditer(text)]


def resolve(text: str, values: Mapping[str, Mapping[str, str]]) -> str:
    """The text with each reference replaced by its value in `values[namespace][name]`."""

    def value(match: re.Match[str]) -> str:
        namespace, name = _parts(match)
        if namespace not in values:
            raise Unresolved(f"{match.group()}: no action of this execution has produced the namespace {namespace}")
        if name not in values[namespace]:
            known = ", ".join(sorted(values[namespace])) or "no variable"
            raise Unresolved(f"{match.group()}: the namespace {namespace} has {known}")
        return values[namespace][name]

    return REFERENCE.sub(value, text)


def resolve_all(configuration: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """A configuration with every value resolved; Unresolved when it grows past AWS's limit."""
    resolved = {key: resolve(value, values) for key, value in configuration.items()}
    size = sum(len(key.encode()) + len(value.encode()) for key, value in resolved.items())
    if size > RESOLVED_BYTES:
        raise Unresolved(f"the resolved configuration has {size} bytes; at most {RESOLVED_BYTES} are allowed")
    return resolved


def _parts(match: re.Match[str]) -> tuple[str, str]:
    parts = _PARTS.fullmatch(match.group(1))
    if parts is None:
        raise Unresolved(
            f"{match.group()}: valid format for a pipeline execution variable reference is a namespace and a key "
            "separated by a period (.)"
        )
    return parts.group(1), parts.group(2)
