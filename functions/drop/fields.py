"""A document's fields: which settings of the configuration they are, and what may stand there."""

from __future__ import annotations

import difflib
import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TYPES: Final = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "a text"}
LIMITS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "minimum": (operator.ge, "{} or more"),
    "maximum": (operator.le, "{} or less"),
    "exclusiveMinimum": (operator.gt, "more than {}"),
    "exclusiveMaximum": (operator.lt, "less than {}"),
}
LONGEST_VALUE: Final = 60
MOST_VALUES: Final = 6


@dataclass(frozen=True)
class Fields:
    """A document's fields by their dotted path: what they set, what only one value of is meant, what is refused."""

    settings: Mapping[str, str]
    only: Mapping[str, tuple[Any, str]]
    refused: Mapping[str, str]
    parts: frozenset[str]
    """Fields below which any name may stand, for the caller to look at."""


@dataclass
class Found:
    """What a document holds: settings by the configuration's path, parts, and what is wrong in sentences."""

    settings: dict[str, tuple[str, Any]] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read(document: Mapping[str, Any], fields: Fields, prefix: str = "") -> Found:
    """Sort a document's fields; null, an empty list and an empty object ask for nothing."""
    found = Found()
    for name, value in document.items():
        path = f"{prefix}{name}"
        if path in fields.settings:
            if value is not None:
                found.settings[fields.settings[path]] = (path, value)
        elif path in fields.parts:
            found.parts[path] = value
        elif path in fields.only:
            found.faults += _only(path, value, *fields.only[path])
        elif path in fields.refused:
            found.faults += [] if value in (None, [], {}) else [f"{path} is refused: {fields.refused[path]}"]
        elif not any(known.startswith(f"{path}.") for known in _known(fields)):
            found.faults.append(f"{path} is no field of it{_closest(path, fields)}")
        elif isinstance(value, dict):
            below = read(value, fields, f"{path}.")
            found.settings |= below.settings
            found.parts |= below.parts
            found.faults += below.faults
        elif value is not None:
            found.faults.append(f"{path}: expected an object, found {show(value)}")
    return found


def fault(rule: Mapping[str, Any], value: Any) -> str:
    """What is wrong with a value by its field's rule, "" if nothing is; the rule is a part of a JSON Schema."""
    if "refused" in rule:
        return f"found {show(value)}; allowed: {rule['refused']}"
    allowed = next((sentence for holds, sentence in _checks(rule, value) if not holds), "")
    return f"found {show(value)}; allowed: {allowed}" if allowed else ""


def show(value: Any) -> str:
    """A value as it stands in a document, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def closest(name: str, names: list[str]) -> str:
    """`; did you mean …?`, if one of the names is close to this one."""
    matches = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {matches[0]}?" if matches else ""


def _checks(rule: Mapping[str, Any], value: Any) -> list[tuple[bool, str]]:
    """Each keyword of the rule: whether it holds, and what it allows. What has another type is not compared."""
    if not is_of(rule.get("type"), value):
        return [(False, TYPES[rule["type"]])]
    checks = [(value in rule["enum"], _listed(rule["enum"], value))] if "enum" in rule else []
    return checks + [
        (holds(value, rule[key]), text.format(rule[key])) for key, (holds, text) in LIMITS.items() if key in rule
    ]


def is_of(kind: str | None, value: Any) -> bool:
    """Whether a value is of a JSON Schema's type; true and false are no numbers."""
    if kind in ("integer", "number"):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return not isinstance(value, bool) and (whole if kind == "integer" else isinstance(value, int | float))
    return kind is None or isinstance(value, bool if kind == "boolean" else str)


def _listed(values: list[Any], value: Any) -> str:
    near = difflib.get_close_matches(str(value), [str(one) for one in values], n=3)
    shown = values if len(values) <= MOST_VALUES else near
    return ", ".join(map(str, shown)) or f"one of {len(values)} values of the configuration's schema"


def _only(path: str, value: Any, wanted: Any, why: str) -> list[str]:
    same = value is None or (value == wanted and isinstance(value, bool) == isinstance(wanted, bool))
    return [] if same else [f"{path}: found {show(value)}; allowed: {show(wanted)}: {why}"]


def _known(fields: Fields) -> list[str]:
    return [*fields.settings, *fields.only, *fields.refused, *fields.parts]


def _closest(path: str, fields: Fields) -> str:
    return closest(path, _known(fields))
