from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import answers, frames
from jobs.answers import Arrange
from jobs.arrangement import arranged
from jobs.encoder import Encoder, Feature
from jobs.errors import RequestError
from jobs.settings import Settings

ENCODER = Encoder(
    target="left",
    task="binary",
    classes=("no", "yes"),
    missing_values=frozenset({"NA"}),
    features=(
        Feature("plan", "category", categories=("1", "2")),
        Feature("minutes", "number", fill=1.0),
        Feature("active", "boolean", fill=1.0),
    ),
)


@pytest.mark.parametrize(
    ("row", "texts"),
    [
        pytest.param(["basic", 1.5, True], ["basic", "1.5", "yes"], id="as JSON has them"),
        pytest.param([" basic ", "1.50", "No"], ["basic", "1.50", "no"], id="as CSV has them"),
        pytest.param([7, "+3e2", 0], ["7", "+3e2", "no"], id="codes and signs"),
        pytest.param([None, "NA", ""], ["", "", ""], id="missing"),
    ],
)
def test_a_row_is_texts_and_yes_and_no_have_one_each(row: list[Any], texts: list[str]) -> None:
    assert arranged([row], ENCODER) == [texts]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(["a", "many", "yes"], "row 2, column 'minutes': expected a number, found 'many'", id="number"),
        pytest.param(["a", 1, "maybe"], "row 2, column 'active': expected yes or no", id="boolean"),
        pytest.param([1.5, 1, "yes"], "row 2, column 'plan': expected text, found 1.5", id="category"),
        pytest.param(["a", 1], "row 2: expected 3 values, found 2", id="too few"),
    ],
)
def test_a_wrong_row_is_refused_as_the_encoder_refuses_it(row: list[Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        arranged([["a", 1, "yes"], row], ENCODER)
    with pytest.raises(RequestError, match=message):
        ENCODER.encode([["a", 1, "yes"], row])


@given(st.lists(st.tuples(st.text(), st.floats(-1e30, 1e30), st.booleans()), min_size=1))
def test_what_is_arranged_is_encoded_as_the_row_itself(rows: list[tuple[str, float, bool]]) -> None:
    texts = arranged(rows, ENCODER)
    assert (ENCODER.encode(texts) == ENCODER.encode(rows)).all()


def test_the_container_answers_csv_in_the_order_of_the_columns() -> None:
    body = b'{"instances": [{"minutes": 2, "active": true, "plan": "a,b"}]}'
    assert Arrange(ENCODER)(body, "application/json", "application/json") == ("text/csv", b'"a,b",2.0,yes\n')


def test_serve_arranges_when_it_is_told_to(tmp_path: Path) -> None:
    ENCODER.save(tmp_path)
    assert isinstance(answers.load(tmp_path, {"SERVE": "arrange"}), Arrange)


def test_training_data_is_arranged_as_requests_are(
    tmp_path: Path, make_settings: Callable[..., Settings], write_table: Callable[..., Path], small_rows: Any
) -> None:
    settings = make_settings()
    table = write_table(small_rows)
    frames.arrange(table, settings, tmp_path / "arranged.csv")
    frames.features(table, settings, tmp_path / "features.csv")
    header, *trained = csv.reader(io.StringIO((tmp_path / "arranged.csv").read_text()))
    assert header == ["plan", "minutes", "active", "left"]
    encoder = frames.fit(table, ("no", "yes"), settings)
    asked = list(csv.reader(io.StringIO((tmp_path / "features.csv").read_text())))
    assert arranged(asked, encoder) == [row[:-1] for row in trained]
