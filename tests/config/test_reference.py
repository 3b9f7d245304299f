from __future__ import annotations

import json

from config import reference

SCHEMA = json.loads(reference.SCHEMA.read_text(encoding="utf-8"))


def test_the_page_is_the_schemas() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.render(SCHEMA), "run python -m config.reference"


def test_every_field_has_a_row() -> None:
    page = reference.render(SCHEMA)
    for field in (
        "`split.seed`",
        "`spot.maxWaitInSeconds`",
        "`production.autoscaling.maxCapacity`",
        "`test.api.authorization`",
    ):
        assert page.count(f"| {field} |") == 1


def test_required_fields_and_bounds_are_told() -> None:
    page = reference.render(SCHEMA)
    assert "| text | required |" in page
    assert "| number, above 0 to 1 | `0.1` |" in page
    assert '| `trainingInstanceType` | `"ml.m5.xlarge"` |' in page


def test_each_algorithms_hyperparameters_have_a_section() -> None:
    sections = reference.render(SCHEMA).split("### train.hyperparameters of ")
    (first,) = (section for section in sections if section.startswith("logistic_regression\n| field |"))
    (second,) = (section for section in sections if section.startswith("xgboost\n| field |"))
    assert "| `C` | Inverse of" in first
    assert "| number, above 0 to 1000000 | `1` |" in first
    assert "| `max_depth` |" in second.partition("\n## ")[0]
    assert "| `max_depth` |" not in first
