"""Values against botocore's shapes: from the wire with validation, and back to the wire.

The texts are those of AWS's own validation, for example
`1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null`.
"""

from __future__ import annotations

import base64
import binascii
import mmap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import regex
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from dateutil.parser import isoparse

from slipway.engine.errors import ValidationFailed

_NOT_NULL = "Member must not be null"


class Problems:
    """The findings of one request."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, value: object, path: str, constraint: str) -> None:
        """One value that does not fit."""
        shown = "null" if value is None else f"'{value}'"
        self._found.append(f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}")

    def add_unknown(self, path: str, known: list[str]) -> None:
        """A member that the shape does not have."""
        self._found.append(f"Unknown parameter '{path}', must be one of: {', '.join(known)}")

    def raise_if_any(self) -> None:
        """ValidationFailed with every finding."""
        if self._found:
            noun = "error" if len(self._found) == 1 else "errors"
            raise ValidationFailed(f"{len(self._found)} validation {noun} detected: {'; '.join(self._found)}")


class Members(dict[str, Any]):
    """The members of a structure that were sent.

    A service needs some that its model leaves open: the one that looks for such a member and does not find it has found
    what AWS finds, and refuses the request.
    """

    path = ""

    def __missing__(self, name: str) -> Any:
        raise missing(_join(self.path, name))


def from_json(shape: Shape, value: Any) -> Any:
    """A JSON value as Python values of the shape; ValidationFailed lists everything that does not fit."""
    problems = Problems()
    parsed = _parse(shape, value, "", problems)
    problems.raise_if_any()
    return parsed


def from_parts(shape: StructureShape, body: Any, located: Mapping[str, Any]) -> dict[str, Any]:
    """A REST request's input: the body's members, and by their own names those from path, query string and headers."""
    problems = Problems()
    in_body = {name: member for name, member in shape.members.items() if "location" not in member.serialization}
    parsed = _parse_members(in_body, body, "", problems)
    for name, value in located.items():
        parsed[name] = _parse(shape.members[name], value, name, problems)
    _check_required(shape, parsed, "", problems)
    problems.raise_if_any()
    return parsed


def lacking(shape: Shape | None, value: Any, name: str, path: str = "") -> str | None:
    """Where a structure of a parsed value lacks a member of that name; None where none does."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        if name in shape.members and name not in value:
            return _join(path, name)
        below = [(shape.members[key], item, _join(path, key)) for key, item in value.items() if key in shape.members]
    elif isinstance(shape, ListShape) and isinstance(value, list):
        below = [(shape.member, item, f"{path}.{n}.member") for n, item in enumerate(value, 1)]
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        below = [(shape.value, item, f"{path}.{key}.value") for key, item in value.items()]
    else:
        return None
    return next((found for inner, item, at in below if (found := lacking(inner, item, name, at))), None)


def missing(path: str) -> ValidationFailed:
    """The refusal of a request that lacks a member."""
    return ValidationFailed(
        f"1 validation error detected: Value null at '{path}' failed to satisfy constraint: {_NOT_NULL}"
    )


def _parse(shape: Shape, value: Any, path: str, problems: Problems) -> Any:
    return _PARSERS.get(shape.type_name, _parse_number)(shape, value, path, problems)


def _parse_structure(shape: StructureShape, value: Any, path: str, problems: Problems) -> Any:
    parsed = _parse_members(shape.members, value, path, problems)
    if isinstance(value, Mapping):
        _check_required(shape, parsed, path, problems)
    return parsed


def _parse_members(members: Mapping[str, Shape], value: Any, path: str, problems: Problems) -> Members:
    if not isinstance(value, Mapping):
        problems.add(value, path or "input", "Member must be a structure")
        return Members()
    by_wire = {member.serialization.get("name", name): name for name, member in members.items()}
    parsed = Members()
    parsed.path = path
    for wire, item in value.items():
        name = by_wire.get(wire)
        if name is None:
            problems.add_unknown(_join(path, wire), sorted(members))
        elif item is not None:
            parsed[name] = _parse(members[name], item, _join(path, name), problems)
    return parsed


def _check_required(shape: StructureShape, parsed: Mapping[str, Any], path: str, problems: Problems) -> None:
    for name in shape.required_members:
        if name not in parsed:
            problems.add(None, _join(path, name), _NOT_NULL)


def _parse_list(shape: ListShape, value: Any, path: str, problems: Problems) -> Any:
    if not isinstance(value, list):
        problems.add(value, path, "Member must be a list")
        return []
    _check_length(shape, len(value), value, path, problems)
    return [_parse(shape.member, item, f"{path}.{n}.member", problems) for n, item in enumerate(value, 1)]


def _parse_map(shape: MapShape, value: Any, path: str, problems: Problems) -> Any:
    if not isinstance(value, Mapping):
        problems.add(value, path, "Member must be a map")
        return {}
    _check_length(shape, len(value), dict(value), path, problems)
    return {
        _parse(shape.key, key, f"{path}.key", problems): _parse(shape.value, item, f"{path}.{key}.value", problems)
        for key, item in value.items()
    }


def _parse_string(shape: StringShape, value: Any, path: str, problems: Problems) -> Any:
    if not isinstance(value, str):
        problems.add(value, path, "Member must be a string")
        return ""
    if shape.enum and value not in shape.enum:
        problems.add(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    _check_length(shape, len(value), value, path, problems)
    pattern = shape.metadata.get("pattern")
    if pattern and not regex.fullmatch(_python_pattern(pattern), value):
        problems.add(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    return value


def _python_pattern(pattern: str) -> str:
    """AWS's patterns are Java's, which may write the characters beyond the first plane as pairs of surrogates."""
    return pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


def _parse_blob(_shape: Shape, value: Any, path: str, problems: Problems) -> Any:
    if isinstance(value, bytes | mmap.mmap):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        problems.add(value, path, "Member must be base64-encoded")
        return b""


def _parse_timestamp(_shape: Shape, value: Any, path: str, problems: Problems) -> Any:
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return isoparse(value)
    except (ValueError, TypeError, OverflowError):
        problems.add(value, path, "Member must be a timestamp")
        return datetime.fromtimestamp(0, UTC)


_NUMBERS: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}


def _parse_boolean(_shape: Shape, value: Any, path: str, problems: Problems) -> Any:
    if not isinstance(value, bool):
        problems.add(value, path, "Member must be a boolean")
    return value


def _parse_number(shape: Shape, value: Any, path: str, problems: Problems) -> Any:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS[shape.type_name]):
        problems.add(value, path, f"Member must be of type {shape.type_name}")
    elif isinstance(value, int | float):
        _check_range(shape, value, value, path, problems, "value")
    return value


def _check_length(shape: Shape, length: int, value: object, path: str, problems: Problems) -> None:
    _check_range(shape, length, value, path, problems, "length")


def _check_range(shape: Shape, number: float, value: object, path: str, problems: Problems, kind: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low:
        problems.add(value, path, f"Member must have {kind} greater than or equal to {low}")
    if high is not None and number > high:
        problems.add(value, path, f"Member must have {kind} less than or equal to {high}")


_PARSERS: Mapping[str, Callable[[Any, Any, str, Problems], Any]] = {
    "structure": _parse_structure,
    "list": _parse_list,
    "map": _parse_map,
    "string": _parse_string,
    "character": _parse_string,
    "boolean": _parse_boolean,
    "blob": _parse_blob,
    "timestamp": _parse_timestamp,
}


def to_json(shape: Shape | None, value: Any, path: str = "output") -> Any:
    """Python values as JSON values of the shape; KeyError names a member that the shape does not have."""
    if value is None or shape is None:
        return {} if shape is None else None
    if isinstance(shape, StructureShape):
        return _structure_to_json(shape, value, path)
    if isinstance(shape, ListShape):
        return [to_json(shape.member, item, f"{path}[{n}]") for n, item in enumerate(value)]
    if isinstance(shape, MapShape):
        return {key: to_json(shape.value, item, f"{path}.{key}") for key, item in value.items()}
    if shape.type_name == "blob":
        return base64.b64encode(value if isinstance(value, bytes) else str(value).encode()).decode()
    if shape.type_name == "timestamp":
        return value.timestamp() if isinstance(value, datetime) else value
    return value


def _structure_to_json(shape: StructureShape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    rendered = {}
    for name, item in value.items():
        if name not in shape.members:
            raise KeyError(f"{path}.{name} is not a member of {shape.name}")
        if item is not None:
            member = shape.members[name]
            rendered[member.serialization.get("name", name)] = to_json(member, item, f"{path}.{name}")
    return rendered


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
