"""Paths into a step's properties or a property file: `Outputs['train'].S3Output.S3Uri`, `metrics.mse[0].value`.

A list is indexed by position, or by the name that its items carry (`OutputName`, `ChannelName`, `MetricName`…), since a
step's properties are the answer of its job's Describe operation.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html (Step properties)
"""

from __future__ import annotations

import re
from typing import Any

Path = tuple[str | int, ...]
_SEGMENT = re.compile(r"(?:^|\.)(?P<name>[^.\[\]'\"]+)|\[(?P<index>\d+)\]|\[(?P<quote>['\"])(?P<key>.+?)(?P=quote)\]")
_NAMES = ("OutputName", "InputName", "ChannelName", "MetricName", "Name", "VariantName", "TrainingJobName")


def parse(text: str) -> Path:
    """The segments of a path; ValueError for what is none."""
    at, parts = 0, list[str | int]()
    while at < len(text):
        match = _SEGMENT.match(text, at)
        if match is None:
            raise ValueError(f"{text!r} is not a path")
        parts.append(int(match["index"]) if match["index"] else match["name"] or match["key"])
        at = match.end()
    return tuple(parts)


def parse_json_path(text: str) -> Path:
    """The path of `Std:JsonGet`, which may begin with `$`."""
    return parse(text[1:].removeprefix(".") if text.startswith("$") else text)


def value_at(document: Any, path: Path) -> Any:
    """The value at `path`; LookupError when there is none."""
    for part in path:
        document = _member(document, part)
    return document


def _member(document: Any, part: str | int) -> Any:
    if isinstance(document, dict) and part in document:
        return document[part]
    if isinstance(document, list) and isinstance(part, int) and part < len(document):
        return document[part]
    if isinstance(document, list) and isinstance(part, str):
        for item in document:
            if isinstance(item, dict) and part in [item.get(name) for name in _NAMES]:
                return item
    raise LookupError(str(part))
