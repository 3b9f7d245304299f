"""The configuration: one file, validated against one schema, with every default filled in.

The schema (JSON Schema 2020-12) is the only place that knows a field, its type, its unit and its default. What a schema
cannot say, that two fields agree with each other, is in `config.consistency`.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

from config import modes
from config.algorithms import variants
from config.consistency import inconsistencies
from config.faults import Fault, explain

FOLDER: Final = Path(__file__).parent
CONFIGURATION: Final = FOLDER / "ml-pipeline.json"
SCHEMA: Final = FOLDER / "ml-pipeline.schema.json"

_ABSENT: Final = object()


class InvalidConfiguration(ValueError):
    """The configuration is wrong; the message has one line for each fault: JSON path, value, what is allowed."""

    def __init__(self, source: str, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join([f"{source} is not valid:", *(f"  {fault}" for fault in faults)]))


def load(path: Path = CONFIGURATION) -> dict[str, Any]:
    """The configuration in `path` as it was written, after validation."""
    configuration = _read(path)
    faults = validate(configuration)
    if faults:
        raise InvalidConfiguration(path.name, faults)
    return configuration


def validate(configuration: object) -> list[Fault]:
    """What is wrong with a configuration: first by the schema and, if that passes, its fields with each other."""
    known = schema()
    errors = sorted(Draft202012Validator(known).iter_errors(configuration), key=lambda error: error.json_path)
    if errors or not isinstance(configuration, dict):
        # A field that two parts of the schema speak of has its fault twice.
        return list(dict.fromkeys(fault for error in errors for fault in explain(error)))
    resolved = resolve(configuration)
    return [*inconsistencies(resolved, variants(known)), *modes.faults(configuration, resolved)]


def resolve(configuration: dict[str, Any]) -> dict[str, Any]:
    """The configuration with the schema's default for everything that it leaves out."""
    known = schema()
    resolved: dict[str, Any] = _with_defaults(copy.deepcopy(configuration), known, known)
    resolved.pop("$schema", None)
    return resolved


def algorithm(name: str) -> dict[str, Any]:
    """What the schema says of an algorithm: its `hyperparameters`, and what it can."""
    return variants(schema())[name]


def _read(path: Path) -> dict[str, Any]:
    try:
        configuration: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        found = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise InvalidConfiguration(path.name, [Fault("$", found, "a JSON document")]) from error
    except UnicodeDecodeError as error:
        raise InvalidConfiguration(path.name, [Fault("$", str(error), "a text in UTF-8")]) from error
    return configuration


def schema() -> dict[str, Any]:
    """The configuration's JSON Schema."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _with_defaults(value: Any, schema: dict[str, Any] | bool, root: dict[str, Any]) -> Any:
    if isinstance(schema, bool):
        return value
    if "$ref" in schema:
        schema = {**_definition(schema["$ref"], root), **schema}
    if value is _ABSENT:
        if "default" not in schema:
            return _ABSENT
        value = copy.deepcopy(schema["default"])
    if isinstance(value, dict):
        _fill_fields(value, schema, root)
        # After the fields, since what a field is decides which of the variants holds.
        for part in schema.get("allOf", []):
            value = _with_defaults(value, part, root)
        if "if" in schema and Draft202012Validator(schema["if"]).is_valid(value):
            value = _with_defaults(value, schema.get("then", {}), root)
    if isinstance(value, list) and "items" in schema:
        return [_with_defaults(item, schema["items"], root) for item in value]
    return value


def _fill_fields(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]) -> None:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", False)
    for name, field in [*known.items(), *((name, others) for name in set(value) - set(known))]:
        found = _with_defaults(value.get(name, _ABSENT), field, root)
        if found is not _ABSENT:
            value[name] = found


def _definition(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    definition: dict[str, Any] = found
    return definition
