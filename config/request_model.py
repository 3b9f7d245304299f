"""Writes the dataset's columns into the bundle that is packaged: the API's request model, and the function's columns.

    python -m config.request_model CONFIGURATION BUNDLE

API Gateway validates requests by JSON Schema draft 4, but its OpenAPI import knows no anyOf, no lists of types and no
additionalProperties (docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html). The model
does without: draft 4 applies `properties` to objects only and `items` to lists only, so one schema describes every way
in which features are written, and `maxLength: 0` refuses text where a number belongs while it lets null pass. Which
column is missing or misspelt is for the function to say, since API Gateway's own answer names none.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Column = dict[str, str]
Schema = dict[str, Any]

# A model is one line of flow YAML, so that it is replaced without touching the rest of the template.
_MODEL = re.compile(r"^(?P<key>[ ]+RequestModel: )\{.*\}$", re.MULTILINE)
_NOT_TEXT = {"maxLength": 0}


class TemplateError(Exception):
    """The template does not have exactly one request model to replace."""


def request_model(columns: Sequence[Column]) -> Schema:
    """The JSON Schema (draft 4) of a request: `{"features": …}` as list, object, CSV string or list of rows."""
    row = {"properties": {column["name"]: _value(column) for column in columns if column["type"] != "id"}}
    return {
        "title": "Features",
        "type": "object",
        "required": ["features"],
        "properties": {"features": {**row, "items": row}},
    }


def insert(template: str, columns: Sequence[Column]) -> str:
    """The template with the columns' request model in the place of its own."""
    model = json.dumps(request_model(columns), ensure_ascii=False)
    result, found = _MODEL.subn(lambda match: match["key"] + model, template)
    if found != 1:
        raise TemplateError(f"expected one line 'RequestModel: {{…}}' in the template, found {found}")
    return result


def write(configuration: Path, bundle: Path) -> None:
    """Put the columns of a resolved configuration (`{"config": …}`) into a bundle's serving template and function."""
    columns: list[Column] = json.loads(configuration.read_text("utf-8"))["config"]["dataset"]["columns"]
    serving = bundle / "cf" / "serving.yaml"
    serving.write_text(insert(serving.read_text("utf-8"), columns), "utf-8")
    (bundle / "functions" / "predict" / "columns.json").write_text(json.dumps(columns), "utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(prog="python -m config.request_model", description="Put the columns into the API.")
    parser.add_argument("configuration", type=Path, help="the resolved configuration, as config.validate writes it")
    parser.add_argument("bundle", type=Path, help="the copy of cf/ and functions/ that is packaged")
    options = parser.parse_args(arguments)
    write(options.configuration, options.bundle)


def _value(column: Column) -> Schema:
    """Numbers are not text; any other value is the model's to judge."""
    return dict(_NOT_TEXT) if column["type"] == "number" else {}


if __name__ == "__main__":
    main()
