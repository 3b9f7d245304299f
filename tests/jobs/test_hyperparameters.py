from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import algorithms, hyperparameters
from jobs.errors import HyperparameterError

KNOWN = algorithms.find("xgboost").HYPERPARAMETERS


def test_strings_become_numbers_and_the_rest_has_its_default() -> None:
    parsed = hyperparameters.parse({"max_depth": "3", "eta": "0.3"}, KNOWN)
    assert parsed.values["max_depth"] == 3
    assert parsed.values["eta"] == 0.3
    assert parsed.whole("num_round") == 400


def test_a_missing_file_means_the_default_algorithm_with_its_defaults(tmp_path: Path) -> None:
    assert hyperparameters.read(tmp_path / "none.json") == ("xgboost", {})


def test_the_algorithm_and_what_a_tuning_job_adds_are_no_hyperparameters_of_the_algorithm(tmp_path: Path) -> None:
    file = tmp_path / "hyperparameters.json"
    given = {"algorithm": "logistic_regression", "C": "2", "_tuning_objective_metric": "validation:roc_auc"}
    file.write_text(json.dumps(given))
    assert hyperparameters.read(file) == ("logistic_regression", {"C": "2"})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_dept", "3", "unknown hyperparameter 'max_dept'; did you mean max_depth?"),
        ("zzz", "3", "unknown hyperparameter 'zzz'; known are num_round, early_stopping_rounds"),
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
        hyperparameters.parse({name: value}, KNOWN)


@pytest.mark.parametrize("algorithm", algorithms.names())
@given(data=st.data())
def test_any_text_is_parsed_or_refused(algorithm: str, data: st.DataObject) -> None:
    known = algorithms.find(algorithm).HYPERPARAMETERS
    given = data.draw(st.dictionaries(st.sampled_from([*known]), st.text()))
    try:
        assert set(hyperparameters.parse(given, known).values) == set(known)
    except HyperparameterError as error:
        assert str(error).partition(":")[0] in known
