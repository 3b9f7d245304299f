"""A small walker over JSON Schema draft 7, as far as resource type schemas use it.

It differs from a general validator in what CloudFormation does differently: scalars are converted ("1" is a number,
true is a string), functions are unknown and pass, and the messages are CloudFormation's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import regex

from slipway.engine.services.cloudformation.template.intrinsics import branches, is_unknown

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_INTEGER = re.compile(r"-?\d+(\.0+)?")
_SHOWN = {"string": "String", "integer": "Integer", "number": "Number", "boolean": "Boolean", "array": "JSONArray",
          "object": "JSONObject"}  # fmt: skip
Schema = Mapping[str, Any]


def violations(value: Any, schema: Schema, root: Schema, path: str = "#") -> Iterator[str]:
    """What in `value` breaks `schema`; `root` resolves `$ref`. Lazy: `next()` of it answers "any?"."""
    for candidate in branches(value):
        if not is_unknown(candidate):
            yield from _violations_of_literal(candidate, schema, root, path)


def conforms(value: Any, schema: Schema, root: Schema) -> bool:
    """Whether nothing known in `value` breaks `schema`."""
    return next(violations(value, schema, root), None) is None


def _violations_of_literal(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _violations_of_literal(value, _definition(schema["$ref"], root), root, path)
    expected = schema.get("type")
    if expected is not None and not _has_type(value, expected):
        yield f"{path}: expected type: {_shown(expected)}, found: {_found(value)}"
        return
    yield from _scalar(value, schema, path)
    if isinstance(value, list):
        yield from _array(value, schema, root, path)
    if isinstance(value, Mapping):
        yield from _object(value, schema, root, path)
    yield from _combined(value, schema, root, path)


def _definition(reference: str, root: Schema) -> Schema:
    target: Any = root
    for step in reference.removeprefix("#/").split("/"):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    found: Schema = target
    return found


def _has_type(value: Any, expected: str | list[str]) -> bool:
    return any(_TYPES[name](value) for name in ([expected] if isinstance(expected, str) else expected))


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": _is_scalar,
    "boolean": lambda value: isinstance(value, bool) or str(value).lower() in ("true", "false"),
    "integer": lambda value: _is_scalar(value) and bool(_INTEGER.fullmatch(str(value))),
    "number": lambda value: _is_scalar(value) and bool(_NUMBER.fullmatch(str(value))),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
    "null": lambda value: value is None,
}


def _shown(expected: str | list[str]) -> str:
    names = [expected] if isinstance(expected, str) else expected
    return " or ".join(_SHOWN.get(name, name) for name in names)


def _found(value: Any) -> str:
    if value is None:
        return "Null"
    for name, kind in (("boolean", bool), ("integer", int), ("number", float), ("array", list), ("object", Mapping)):
        if isinstance(value, kind):
            return _SHOWN[name]
    return "String"


def _scalar(value: Any, schema: Schema, path: str) -> Iterator[str]:
    if not _is_scalar(value):
        return
    text = str(value).lower() if isinstance(value, bool) else str(value)
    for keyword, broken in _SCALAR_KEYWORDS.items():
        if keyword in schema and broken(text, schema[keyword]):
            yield f"{path}: failed validation constraint for keyword [{keyword}]{_allowed(keyword, schema[keyword])}"


def _allowed(keyword: str, limit: Any) -> str:
    """The limit, which CloudFormation leaves out and a person wants."""
    return f": {limit}" if keyword != "enum" else f": {', '.join(str(item) for item in limit)}"


def _as_number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _beyond(compare: Callable[[float, float], bool]) -> Callable[[str, Any], bool]:
    def broken(text: str, limit: Any) -> bool:
        number = _as_number(text)
        return number is not None and compare(number, float(limit))

    return broken


_SCALAR_KEYWORDS: dict[str, Callable[[str, Any], bool]] = {
    "enum": lambda text, allowed: (text.lower() if _caseless(allowed) else text) not in _texts(allowed),
    "enumCaseInsensitive": lambda text, allowed: text.lower() not in {item.lower() for item in _texts(allowed)},
    "const": lambda text, constant: text not in _texts([constant]),
    "pattern": lambda text, pattern: not _matches(pattern, text),
    "minLength": lambda text, limit: len(text) < int(limit),
    "maxLength": lambda text, limit: len(text) > int(limit),
    "minimum": _beyond(lambda number, limit: number < limit),
    "maximum": _beyond(lambda number, limit: number > limit),
    "exclusiveMaximum": _beyond(lambda number, limit: number >= limit),
    "multipleOf": _beyond(lambda number, step: number % step != 0),
}


def _caseless(allowed: list[Any]) -> bool:
    """Booleans may be written `true` or `"True"`."""
    return all(isinstance(item, bool) for item in allowed)


def _texts(values: list[Any]) -> set[str]:
    return {str(value).lower() if isinstance(value, bool) else str(value) for value in values}


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    """Schema patterns are ECMA regular expressions; `regex` reads the Unicode classes that `re` does not."""
    return regex.compile(pattern)


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def _array(value: list[Any], schema: Schema, root: Schema, path: str) -> Iterator[str]:
    known = not any(is_unknown(item) for item in value)
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{path}: failed validation constraint for keyword [maxItems]: {schema['maxItems']}"
    if known and len(value) < schema.get("minItems", 0):
        yield f"{path}: failed validation constraint for keyword [minItems]: {schema['minItems']}"
    if schema.get("uniqueItems") and len({json.dumps(item, sort_keys=True) for item in value}) < len(value):
        yield f"{path}: array items are not unique"
    for index, item in enumerate(value):
        yield from violations(item, schema.get("items", {}), root, f"{path}/{index}")


def _object(value: Mapping[str, Any], schema: Schema, root: Schema, path: str) -> Iterator[str]:
    yield from _members(value, schema, root, path)
    if len(value) > schema.get("maxProperties", len(value)):
        yield f"{path}: failed validation constraint for keyword [maxProperties]: {schema['maxProperties']}"
    if len(value) < schema.get("minProperties", 0):
        yield f"{path}: failed validation constraint for keyword [minProperties]: {schema['minProperties']}"
    present = {name for name, member in value.items() if any(True for _ in branches(member))}
    missing = [name for name in schema.get("required", ()) if name not in present]
    yield from (f"{path}: required key [{name}] not found" for name in missing)
    yield from _dependent(present, schema, path)


def _members(value: Mapping[str, Any], schema: Schema, root: Schema, path: str) -> Iterator[str]:
    declared, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    others = schema.get("additionalProperties", True)
    for name, member in value.items():
        matching = [declared[name]] if name in declared else []
        matching += [sub for pattern, sub in patterns.items() if _matches(pattern, name)]
        if not matching and others is False:
            yield f"{path}: extraneous key [{name}] is not permitted"
        if not matching and isinstance(others, Mapping):
            matching = [others]
        for sub in matching:
            if isinstance(sub, Mapping):
                yield from violations(member, sub, root, f"{path}/{name}")


def _dependent(present: set[str], schema: Schema, path: str) -> Iterator[str]:
    for name, needed in {**schema.get("dependencies", {}), **schema.get("dependentRequired", {})}.items():
        if name in present and isinstance(needed, list):
            yield from (f"{path}: required key [{other}] not found" for other in needed if other not in present)
    for name, excluded in schema.get("dependentExcluded", {}).items():
        if name in present:
            yield from (f"{path}: [{other}] is not permitted beside [{name}]" for other in excluded if other in present)
    chosen = len(present & set(schema.get("requiredXor", ())))
    if "requiredXor" in schema and chosen != 1:
        yield f"{path}: exactly one of {sorted(schema['requiredXor'])} is required"
    if "requiredOr" in schema and not present & set(schema["requiredOr"]):
        yield f"{path}: one of {sorted(schema['requiredOr'])} is required"


def _combined(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    for sub in schema.get("allOf", ()):
        yield from violations(value, sub, root, path)
    for keyword in ("anyOf", "oneOf"):
        # Unknown values conform to every branch, so `oneOf` can only be held to "at least one" here.
        if keyword in schema and not any(conforms(value, sub, root) for sub in schema[keyword]):
            yield from _closest(value, schema[keyword], root, path)
    if "not" in schema and conforms(value, schema["not"], root):
        yield f"{path}: subject must not be valid against schema"
    if "if" in schema and conforms(value, schema["if"], root):
        yield from violations(value, schema.get("then", {}), root, path)


def _closest(value: Any, options: list[Schema], root: Schema, path: str) -> Iterator[str]:
    """The violations of the branch that is nearest to fitting: the one a person meant."""
    yield from min((list(violations(value, option, root, path)) for option in options), key=len)
