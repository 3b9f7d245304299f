"""What roles are granted, as it is written in templates, with the comments that say why something is there.

A grant needs no comment when a test uses it. One that none uses has, on its own line or on lines of their own above it,

    # AWS only: …             the call that AWS makes and the engine does not
    # Not in a whole run: …   the call that is made when something fails, or in a setting that no end-to-end test has

A comment is about every action and resource on its line; on a `Sid` it is about the whole statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REASONS = ("AWS only", "Not in a whole run")
_REASON = re.compile(rf"#\s((?:{'|'.join(REASONS)}): .+)$")
_LIST = "tag:yaml.org,2002:seq"
_COMMENT = re.compile(r"\s*#\s(.*)$")
_TO_A_LINTER = re.compile(r"\s*#\s(verify|checkov):")
_ROLE, _POLICY = "AWS::IAM::Role", "AWS::IAM::Policy"


@dataclass(frozen=True)
class Item:
    """An action or a resource pattern of a statement; `why` is its comment, `said` the line that this speaks for."""

    text: str
    line: int
    why: str
    said: int


@dataclass(frozen=True)
class Grant:
    """A statement that allows something to a role, which is called `<template>.<logical id>`."""

    file: str
    role: str
    policy: str
    sid: str
    actions: tuple[Item, ...]
    resources: tuple[Item, ...]
    condition_keys: tuple[str, ...] = ()


def grants(bundle: Path) -> list[Grant]:
    """Every statement that allows something, of every role of the bundle."""
    files = [*bundle.glob("template.yaml"), *sorted((bundle / "cf").glob("*.yaml"))]
    return [grant for file in files for grant in _of_template(file, file.relative_to(bundle).as_posix())]


def _of_template(file: Path, name: str) -> Iterator[Grant]:
    source = file.read_text("utf-8")
    reasons = _reasons(source.splitlines())
    document = yaml.compose(source, Loader=yaml.SafeLoader)
    for logical_id, resource in _entries(_member(document, "Resources")):
        kind, properties = _text(_member(resource, "Type")), _member(resource, "Properties")
        if kind == _ROLE:
            policies, owner = _sequence(_member(properties, "Policies")), logical_id
        elif kind == _POLICY:
            policies, owner = [properties], _sequence(_member(properties, "Roles"))[0].value
        else:
            continue
        for policy in policies:
            yield from _of_policy(policy, name, f"{file.stem}.{owner}", reasons)


def _of_policy(policy: Any, file: str, role: str, reasons: dict[int, str]) -> Iterator[Grant]:
    for statement in _branches(_member(_member(policy, "PolicyDocument"), "Statement")):
        if _text(_member(statement, "Effect")) != "Allow":
            continue
        sid = _member(statement, "Sid")
        actions, resources = (_items(_member(statement, name), reasons, _line(sid)) for name in ("Action", "Resource"))
        keys = tuple(key for _, block in _entries(_member(statement, "Condition")) for key, _ in _entries(block))
        yield Grant(file, role, _text(_member(policy, "PolicyName")), _text(sid), actions, resources, keys)


def _items(node: Any, reasons: dict[int, str], statement: int) -> tuple[Item, ...]:
    return tuple(_item(_text(each), _line(each), reasons, statement) for each in _branches(node))


def _item(text: str, line: int, reasons: dict[int, str], statement: int) -> Item:
    said = line if line in reasons else statement
    return Item(text, line + 1, reasons.get(said, ""), said + 1)


def _branches(node: Any) -> Iterator[Any]:
    """What a list, a condition, or a list of conditions may come to; `AWS::NoValue` is nothing."""
    if isinstance(node, yaml.SequenceNode) and node.tag in ("!If", _LIST):
        for each in node.value[1:] if node.tag == "!If" else node.value:
            yield from _branches(each)
    elif node is not None and _text(node) != "${AWS::NoValue}":
        yield node


def _text(node: Any) -> str:
    """A value as `Fn::Sub` would have it: what is not known before deployment is in `${…}`."""
    if isinstance(node, yaml.ScalarNode):
        return f"${{{node.value}}}" if node.tag in ("!Ref", "!GetAtt") else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        if node.tag == "!Join":
            return _text(node.value[0]).join(map(_text, node.value[1].value))
        return _text(node.value[-1])  # of Select and Split, the last says what of
    return ""


def _reasons(lines: list[str]) -> dict[int, str]:
    """The comment that speaks for each line, of those in one of the forms."""
    found: dict[int, str] = {}
    above: list[str] = []
    ended = False
    for number, line in enumerate(lines):
        own = _COMMENT.match(line)
        ended = bool(own) and (ended or bool(_TO_A_LINTER.match(line)))
        if ended:
            continue
        if own:
            above = [line.strip()] if _REASON.search(line) else [*above, own[1].strip()] if above else []
            continue
        said = _REASON.search(" ".join(above)) or _REASON.search(line)
        if said:
            found[number] = said[1].strip()
        above = []
    return found


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)


def _member(node: Any, name: str) -> Any:
    return next((value for key, value in _entries(node) if key == name), None)


def _sequence(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _line(node: Any) -> int:
    return int(node.start_mark.line) if node is not None else -1
