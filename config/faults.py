"""What is wrong with a configuration, in a sentence: where, what was found, what is allowed."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from jsonschema import ValidationError

_TYPES: Final = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}
_LONGEST_VALUE: Final = 80


@dataclass(frozen=True)
class Fault:
    """One fault: `path` is the field's JSON path, `found` what is there, `allowed` what may be."""

    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.path}: found {self.found}; allowed: {self.allowed}"


def explain(error: ValidationError) -> list[Fault]:
    """The faults that a schema's error stands for: one for each field that is unknown, else one."""
    keyword = str(error.validator)
    if keyword == "required":
        return [_missing(error)]
    if keyword == "additionalProperties":
        return _unknown(error)
    if keyword == "not":
        return [_not(error)]
    if keyword == "enum":
        return [_enum(error)]
    allowed = _ALLOWED.get(keyword, lambda _: error.message)(error.validator_value)
    return [Fault(error.json_path, show(error.instance), allowed)]


def show(value: object) -> str:
    """A value as it would stand in the configuration, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def closest(name: str, names: list[str]) -> str:
    """` (did you mean …?)`, if one of the names is close to this one."""
    matches = difflib.get_close_matches(name, names, n=len(names) or 1)
    # One that the name is a part of is meant rather than one that is as alike by its letters.
    matches.sort(key=lambda match: name not in match)
    return f" (did you mean {matches[0]}?)" if matches else ""


def _missing(error: ValidationError) -> Fault:
    needed = cast("list[str]", error.validator_value)
    missing = next(name for name in needed if name not in cast("dict[str, Any]", error.instance))
    description = _properties(error).get(missing, {}).get("description", "this field is needed")
    return Fault(f"{error.json_path}.{missing}", "nothing", description)


def _unknown(error: ValidationError) -> list[Fault]:
    known = list(_properties(error))
    title = cast("dict[str, Any]", error.schema).get("title")
    allowed = (", ".join(known) or "no field") + (f", the {title}" if title else "")
    return [
        Fault(f"{error.json_path}.{name}", f"an unknown field{closest(name, known)}", allowed)
        for name in cast("dict[str, Any]", error.instance)
        if name not in known
    ]


def _not(error: ValidationError) -> Fault:
    """A field that has no place here, or a name that is among those that are not allowed."""
    others = cast("dict[str, Any]", error.validator_value).get("enum")
    description = cast("dict[str, Any]", error.schema).get("description", "")
    allowed = f"any but {', '.join(others)}, which the pipeline gives" if others else description
    return Fault(error.json_path, show(error.instance), allowed)


def _enum(error: ValidationError) -> Fault:
    values = cast("list[Any]", error.validator_value)
    texts = [value for value in values if isinstance(value, str)]
    meant = closest(error.instance, texts) if isinstance(error.instance, str) else ""
    return Fault(error.json_path, f"{show(error.instance)}{meant}", ", ".join(show(value) for value in values))


def _properties(error: ValidationError) -> dict[str, Any]:
    properties: dict[str, Any] = cast("dict[str, Any]", error.schema).get("properties", {})
    return properties


def _type(value: Any) -> str:
    names = [value] if isinstance(value, str) else value
    return " or ".join(_TYPES.get(name, name) for name in names)


def _count(noun: str, comparison: str) -> Callable[[Any], str]:
    return lambda value: f"{comparison} {value} {noun}"


_ALLOWED: Final[dict[str, Callable[[Any], str]]] = {
    "type": _type,
    "const": show,
    "minimum": lambda value: f"{value} or more",
    "maximum": lambda value: f"{value} or less",
    "exclusiveMinimum": lambda value: f"more than {value}",
    "exclusiveMaximum": lambda value: f"less than {value}",
    "minLength": _count("characters", "at least"),
    "maxLength": _count("characters", "at most"),
    "minItems": _count("items", "at least"),
    "maxItems": _count("items", "at most"),
    "maxProperties": _count("fields", "at most"),
    "uniqueItems": lambda _: "each item once",
    "pattern": lambda value: f"a text that matches {value}",
}
