"""`python -m config.schema`: write into the schema which algorithms there are, from the modules of jobs/algorithms/.

A module is the only place that knows its hyperparameters; the schema repeats them, so that a configuration is refused
before anything runs and an editor completes it. Nothing else of the schema is touched.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from config.configuration import SCHEMA
from jobs import algorithms
from jobs.algorithms import Algorithm
from jobs.hyperparameters import Choice, Number

_WIDTH: Final = 150

Schema = dict[str, Any]


def main() -> None:
    """Write the schema."""
    SCHEMA.write_text(render(SCHEMA.read_text(encoding="utf-8")), encoding="utf-8")


def render(text: str) -> str:
    """The schema's text with its two parts about algorithms made anew."""
    found = {name: algorithms.find(name) for name in algorithms.names()}
    definition = {
        "description": "What follows from train.algorithm; written by `python -m config.schema`.",
        "allOf": [_variant(name, algorithm) for name, algorithm in found.items()],
    }
    return _replaced(_replaced(text, "algorithm", _choice(found)), "algorithms", definition)


def _choice(found: dict[str, Algorithm]) -> Schema:
    summaries = " ".join(f"{name}: {_summary(algorithm)}" for name, algorithm in found.items())
    return {
        "description": f"With engine container, the module of jobs/algorithms/ that trains. {summaries}",
        "type": "string",
        "default": algorithms.DEFAULT,
        "enum": list(found),
    }


def _variant(name: str, algorithm: Algorithm) -> Schema:
    # The default is also meant where no algorithm is named.
    required = {} if name == algorithms.DEFAULT else {"required": ["algorithm"]}
    fields = {key: _field(kind) for key, kind in algorithm.HYPERPARAMETERS.items()}
    hyperparameters = {
        "title": f"hyperparameters of {name}",
        "type": "object",
        "additionalProperties": False,
        "properties": fields,
    }
    return {
        "if": {"properties": {"algorithm": {"const": name}}, **required},
        "then": {"properties": {"hyperparameters": hyperparameters}},
        "missingValues": algorithm.MISSING_VALUES,
        "severalInstances": algorithm.SEVERAL_INSTANCES,
    }


def _field(kind: Number | Choice) -> Schema:
    if isinstance(kind, Choice):
        return {
            "description": kind.description,
            "type": "string",
            "default": kind.default,
            "enum": list(kind.values),
        }
    return {
        "description": kind.description,
        "type": "integer" if kind.integer else "number",
        "default": kind.default,
        "exclusiveMinimum" if kind.above else "minimum": kind.low,
        "maximum": kind.high,
    }


def _summary(algorithm: Algorithm) -> str:
    """The first sentence of the module's docstring, over the lines on which it stands."""
    paragraph = " ".join((algorithm.__doc__ or "").partition("\n\n")[0].split())
    return f"{paragraph.partition('. ')[0].rstrip('.')}."


def _replaced(text: str, key: str, value: Schema) -> str:
    """The text with the object below this key replaced, and every other character as it is."""
    places = [match.end() - 1 for match in re.finditer(rf'"{key}": \{{(?=\s*"description")', text)]
    if len(places) != 1:
        raise ValueError(f"expected one described {key!r} in {SCHEMA.name}, found {len(places)}")
    (begin,) = places
    _, end = json.JSONDecoder().raw_decode(text, begin)
    indent = len(text[text.rfind("\n", 0, begin) + 1 : begin]) - len(f'"{key}": ')
    return text[:begin] + _layout(value, indent) + text[end:]


def _layout(value: Any, indent: int) -> str:
    """JSON of which an object or a list that fits is on one line, as the rest of the schema is written."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) + indent <= _WIDTH:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, list):
        items, (opening, closing) = [_layout(item, indent + 2) for item in value], "[]"
    else:
        items = [f"{json.dumps(key)}: {_layout(item, indent + 2)}" for key, item in value.items()]
        opening, closing = "{}"
    return f"{opening}\n" + ",\n".join(f"{inner}{item}" for item in items) + f"\n{' ' * indent}{closing}"


if __name__ == "__main__":
    main()
