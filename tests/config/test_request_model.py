"""config/request_model.py: the model that API Gateway validates requests by."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import request_model
from config.request_model import TemplateError

ROOT = Path(__file__).parents[2]
COLUMNS = [
    {"name": "customer_id", "type": "id"},
    {"name": "plan", "type": "category"},
    {"name": "minutes", "type": "number"},
    {"name": "roaming", "type": "boolean"},
]
# OpenAPI import refuses or drops these.
UNSUPPORTED = {"anyOf", "oneOf", "additionalProperties", "minItems", "maxItems", "exclusiveMinimum", "readOnly"}


def passes(request: Any) -> bool:
    return bool(jsonschema.Draft4Validator(request_model.request_model(COLUMNS)).is_valid(request))


@pytest.mark.parametrize(
    "features",
    [
        "basic,12.5,yes",
        ["basic", 12.5, "yes"],
        [["basic", 12.5, "yes"], ["basic", None, None]],
        {"plan": "basic", "minutes": 12.5, "roaming": True},
        [{"plan": "basic", "minutes": None, "roaming": "yes"}],
    ],
    ids=["CSV", "list", "lists", "object", "objects"],
)
def test_every_way_of_writing_features_passes(features: Any) -> None:
    assert passes({"features": features})


@pytest.mark.parametrize(
    "request_body",
    [
        "basic,12.5,yes",
        {},
        {"rows": []},
        {"features": {"plan": "basic", "minutes": "many", "roaming": True}},
        {"features": [{"plan": "basic", "minutes": 1}, {"plan": "basic", "minutes": "many"}]},
    ],
    ids=["no object", "empty", "misspelt", "text for a number", "text for a number in the second row"],
)
def test_a_request_of_another_shape_is_refused(request_body: Any) -> None:
    assert not passes(request_body)


def test_ids_are_no_part_of_the_model() -> None:
    assert "customer_id" not in json.dumps(request_model.request_model(COLUMNS))


def test_the_model_is_a_draft_4_schema_that_openapi_import_takes() -> None:
    schema = request_model.request_model(COLUMNS)
    jsonschema.Draft4Validator.check_schema(schema)
    assert not UNSUPPORTED & keywords(schema)


def keywords(schema: dict[str, Any]) -> set[str]:
    """Every keyword used, at any depth; names of properties are none."""
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return set(schema).union(*(keywords(part) for part in inner))


NAMES = st.text(st.characters(categories=["L", "N", "P", "Zs", "S"]), min_size=1, max_size=128)


@given(
    st.lists(st.builds(lambda name, kind: {"name": name, "type": kind}, NAMES, st.sampled_from(["number", "category"])))
)
def test_any_column_name_survives_the_template(columns: list[dict[str, str]]) -> None:
    template = "Models:\n  RequestModel: {}\nNext: 1\n"
    written = yaml.safe_load(request_model.insert(template, columns))
    assert written == {"Models": {"RequestModel": request_model.request_model(columns)}, "Next": 1}


@pytest.mark.parametrize(
    ("template", "found"), [("Models: {}", 0), ("a:\n  RequestModel: {}\nb:\n  RequestModel: {}", 2)]
)
def test_a_template_without_exactly_one_model_is_refused(template: str, found: int) -> None:
    message = f"expected one line 'RequestModel: {{…}}' in the template, found {found}"
    with pytest.raises(TemplateError, match=message):
        request_model.insert(template, COLUMNS)


def test_the_bundle_gets_model_and_columns(tmp_path: Path) -> None:
    for folder in ("cf", "functions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    configuration = tmp_path / "configuration.json"
    configuration.write_text(json.dumps({"config": {"dataset": {"columns": COLUMNS}}}))
    request_model.main([str(configuration), str(tmp_path)])
    assert json.dumps(request_model.request_model(COLUMNS)) in (tmp_path / "cf" / "serving.yaml").read_text()
    assert json.loads((tmp_path / "functions" / "predict" / "columns.json").read_text()) == COLUMNS
