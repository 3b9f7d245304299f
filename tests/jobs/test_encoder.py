from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import encoder as encoders
from jobs.encoder import Encoder, Feature
from jobs.errors import ModelError, RequestError

ENCODER = Encoder(
    target="left",
    task="binary",
    classes=("no", "yes"),
    missing_values=frozenset({"NA"}),
    features=(
        Feature("plan", "category", categories=("basic", "family")),
        Feature("minutes", "number", fill=7.5),
        Feature("active", "boolean", fill=1.0),
        Feature("bill", "number"),
    ),
    ids=("id",),
)


def encoded(*row: Any) -> list[float]:
    return [float(value) for value in ENCODER.encode([row])[0]]


def test_categories_are_one_hot_and_numbers_as_they_are() -> None:
    assert encoded("family", "2.5", "no", "1e2") == [0, 1, 2.5, 0, 100]
    assert ENCODER.names == ("plan=basic", "plan=family", "minutes", "active", "bill")


def test_json_values_mean_what_their_text_means() -> None:
    assert encoded("family", 2.5, False, 100) == encoded("family", "2.5", "False", "100")


def test_a_category_that_training_never_saw_sets_no_column() -> None:
    assert encoded("platinum", 0, 0, 0)[:2] == [0, 0]


@pytest.mark.parametrize("missing", [None, "", " ", "NA"])
def test_a_missing_value_is_filled_or_stays_missing(missing: str | None) -> None:
    values = encoded(missing, missing, missing, missing)
    assert values[:4] == [0, 0, 7.5, 1]
    assert math.isnan(values[4])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(("a", "many", 1, 1), "row 1, column 'minutes': expected a number, found 'many'", id="text"),
        pytest.param(("a", "nan", 1, 1), "row 1, column 'minutes': expected a number, found 'nan'", id="NaN as text"),
        pytest.param(("a", math.nan, 1, 1), "row 1, column 'minutes': expected a number, found nan", id="NaN"),
        pytest.param(
            ("a", math.inf, 1, 1), "row 1, column 'minutes': expected a number up to 3.4e+38, found inf", id="infinity"
        ),
        pytest.param(
            ("a", "1e99", 1, 1), "row 1, column 'minutes': expected a number up to 3.4e+38, found 1e+99", id="huge"
        ),
        pytest.param(
            ("a", True, 1, 1), "row 1, column 'minutes': expected a number, found True", id="boolean as number"
        ),
        pytest.param(("a", [1], 1, 1), "row 1, column 'minutes': expected a number, found [1]", id="list as number"),
        pytest.param(
            ("a", 1, "maybe", 1),
            "row 1, column 'active': expected yes or no (true or false, 1 or 0), found 'maybe'",
            id="no boolean",
        ),
        pytest.param((1.5, 1, 1, 1), "row 1, column 'plan': expected text, found 1.5", id="number as category"),
        pytest.param((1, 2, 3), "row 1: expected 4 values, found 3", id="value too few"),
    ],
)
def test_a_bad_value_is_refused_with_row_column_and_value(row: tuple[Any, ...], message: str) -> None:
    with pytest.raises(RequestError, match=f"^{re.escape(message)}$"):
        encoded(*row)


def test_a_row_by_name_is_arranged_and_its_id_left_out() -> None:
    assert ENCODER.arrange({"bill": 4, "id": "C1", "plan": "basic", "active": 3, "minutes": 2}) == ["basic", 2, 3, 4]


def test_a_row_by_name_with_a_missing_column_is_refused() -> None:
    with pytest.raises(RequestError, match=r"^row 3: column 'minutes' is missing$"):
        ENCODER.arrange({"plan": "basic", "active": 1, "bill": 1}, 2)


def test_a_row_by_name_with_an_unknown_column_is_refused() -> None:
    row = {"plan": "basic", "minutes": 1, "active": 1, "bill": 1, "colour": "red"}
    with pytest.raises(
        RequestError, match=r"^row 1: unknown column 'colour'; columns are plan, minutes, active, bill$"
    ):
        ENCODER.arrange(row)


def test_an_encoder_survives_its_file(tmp_path: Path) -> None:
    ENCODER.save(tmp_path)
    assert encoders.load(tmp_path) == ENCODER


def test_a_missing_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^expected the model's encoder at .*encoder\.json, found nothing$"):
        encoders.load(tmp_path)


def test_an_encoder_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "encoder.json").write_text('{"target": "left", "features": [{"name": "a"}]}')
    with pytest.raises(ModelError, match=r"^encoder\.json is not as this version of the jobs writes it: "):
        encoders.load(tmp_path)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)


@given(st.lists(VALUES, max_size=6))
def test_any_row_is_encoded_or_refused(row: list[Any]) -> None:
    try:
        matrix = ENCODER.encode([row])
    except RequestError:
        return
    assert matrix.shape == (1, 5)
    assert not np.isinf(matrix).any()
