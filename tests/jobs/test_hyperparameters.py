from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import hyperparameters
from jobs.errors import HyperparameterError
from jobs.hyperparameters import Choice, Number

SCHEMA = Path(__file__).parents[2] / "config" / "ml-pipeline.schema.json"


def test_strings_become_numbers_and_the_rest_has_its_default() -> None:
    parsed = hyperparameters.parse({"max_depth": "3", "eta": "0.3"})
    assert parsed.values["max_depth"] == 3
    assert parsed.values["eta"] == 0.3
    assert parsed.whole("num_round") == 400


def test_what_steers_the_job_does_not_reach_the_booster() -> None:
    assert not hyperparameters.OURS & set(hyperparameters.parse({}).booster)


def test_a_missing_file_means_defaults(tmp_path: Path) -> None:
    assert hyperparameters.load(tmp_path / "none.json") == hyperparameters.parse({})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_dept", "3", "unknown hyperparameter 'max_dept'; did you mean max_depth?"),
        ("max_depth", "3.5", "max_depth: expected a whole number from 1 to 20, found '3.5'"),
        ("max_depth", "21", "max_depth: expected a whole number from 1 to 20, found 21"),
        ("eta", "0", "eta: expected a number above 0 to 1, found 0"),
        ("eta", "nan", "eta: expected a number above 0 to 1, found nan"),
        ("eta", "fast", "eta: expected a number above 0 to 1, found 'fast'"),
        ("class_weight", "heavy", "class_weight: expected none or balanced, found 'heavy'"),
    ],
)
def test_a_wrong_hyperparameter_is_refused_with_what_is_allowed(name: str, value: str, message: str) -> None:
    with pytest.raises(HyperparameterError, match=f"^{re.escape(message)}"):
        hyperparameters.parse({name: value})


@given(st.dictionaries(st.sampled_from([*hyperparameters.KNOWN]), st.text()))
def test_any_text_is_parsed_or_refused(given: dict[str, str]) -> None:
    try:
        assert set(hyperparameters.parse(given).values) == set(hyperparameters.KNOWN)
    except HyperparameterError as error:
        assert str(error).partition(":")[0] in hyperparameters.KNOWN


def test_names_ranges_and_defaults_are_those_of_the_schema() -> None:
    train = json.loads(SCHEMA.read_text())["properties"]["train"]["properties"]
    described = {name: _described(field) for name, field in train["hyperparameters"]["properties"].items()}
    assert described == hyperparameters.KNOWN


def _described(field: dict[str, Any]) -> Number | Choice:
    if "enum" in field:
        return Choice(field["default"], tuple(field["enum"]))
    above = "exclusiveMinimum" in field
    low = field["exclusiveMinimum" if above else "minimum"]
    return Number(field["default"], low, field["maximum"], integer=field["type"] == "integer", above=above)
