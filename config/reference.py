"""`python -m config.reference`: write docs/configuration.md from the schema, so that no field is described twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from config.algorithms import variants

SCHEMA: Final = Path(__file__).with_name("ml-pipeline.schema.json")
PAGE: Final = Path(__file__).parents[1] / "docs" / "configuration.md"
# A longer list of allowed values is named by its definition and left to the schema.
MOST_VALUES: Final = 10
INTRODUCTION: Final = """\
# Configuration

`config/ml-pipeline.json` is the one file that a data scientist edits. Build checks it against
`config/ml-pipeline.schema.json`, from which this page is written (`python -m config.reference`), and fills in every
default. An editor that reads `$schema` completes and checks the file while it is typed. Where "allowed" is a name, like
`hostingInstanceType`, the values are listed in the schema below `$defs`.
"""

HEAD: Final = "| field | what | allowed | default |\n| --- | --- | --- | --- |"

Schema = dict[str, Any]


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(json.loads(SCHEMA.read_text(encoding="utf-8"))), encoding="utf-8")


def render(schema: Schema) -> str:
    """The page as Markdown: a section for each part of the configuration."""
    sections = [INTRODUCTION]
    for name, field in schema["properties"].items():
        if "properties" in field:
            rows = [_row(path, leaf, required) for path, leaf, required in _leaves(field, schema["$defs"], "")]
            sections.append(f"## {name}\n{field['description']}\n\n{HEAD}\n" + "\n".join(rows) + "\n")
        if name == "train":
            sections += _hyperparameters(schema)
    return "\n".join(sections)


def _hyperparameters(schema: Schema) -> Iterator[str]:
    """A section for each algorithm, since each has hyperparameters of its own."""
    for algorithm, variant in variants(schema).items():
        rows = [_row(path, leaf, required) for path, leaf, required in _leaves(variant["hyperparameters"], {}, "")]
        yield f"### train.hyperparameters of {algorithm}\n{HEAD}\n" + "\n".join(rows) + "\n"


def _leaves(schema: Schema, definitions: Schema, path: str) -> Iterator[tuple[str, Schema, bool]]:
    """Every field that has no fields of its own: its path, its schema, whether it must be given."""
    for name, field in schema["properties"].items():
        definition = field.get("$ref", "").rpartition("/")[2]
        resolved = {**definitions[definition], **field, "definition": definition} if definition else field
        if "properties" in resolved:
            yield from _leaves(resolved, definitions, f"{path}{name}.")
        else:
            yield f"{path}{name}", resolved, name in schema.get("required", ())


def _row(path: str, field: Schema, required: bool) -> str:
    default = f"`{json.dumps(field['default'], ensure_ascii=False)}`" if "default" in field else ""
    return f"| `{path}` | {field['description']} | {_allowed(field)} | {'required' if required else default} |"


def _allowed(field: Schema) -> str:
    if "enum" in field:
        values = field["enum"]
        return ", ".join(f"`{v}`" for v in values) if len(values) <= MOST_VALUES else f"`{field['definition']}`"
    if field["type"] in ("integer", "number"):
        kind = "whole number" if field["type"] == "integer" else "number"
        low = f"above {field['exclusiveMinimum']}" if "exclusiveMinimum" in field else f"{field['minimum']}"
        return f"{kind}, {low} to {field['maximum']}"
    return {"array": "list", "boolean": "`true`, `false`", "object": "object", "string": "text"}[field["type"]]


if __name__ == "__main__":
    main()
