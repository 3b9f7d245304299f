"""The files of the bundle that a table changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import slipway
from slipway import seed, service
from slipway.errors import BadInput
from slipway.service import Order
from slipway.service.order import ENGINES, files
from slipway.validation import CONFIG

BEFORE = {
    "train": {"hyperparameters": {"max_depth": 9}, "instanceType": "ml.m5.24xlarge"},
    "evaluate": {"metric": "f1", "threshold": 0.7, "positiveClass": "old"},
    "serving": {"test": {"instanceCount": 1}},
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "my table.csv"
    rows = [f"{number},{number}.5,a,{'yes' if number % 3 else 'no'}\n" for number in range(30)]
    file.write_text("".join(["customer_id,minutes,plan,left\n", *rows]))
    return file


def test_a_table_brings_its_configuration(table: Path) -> None:
    made = files(BEFORE, table, Order("left", "xgboost", 0.6))
    assert made.replaced["config/data/my-table.csv"] == table.read_bytes()
    written = json.loads(made.replaced[CONFIG])
    assert written["dataset"]["uri"] == "config/data/my-table.csv"
    assert written["train"] == {"engine": "xgboost"}
    assert written["evaluate"] == {"metric": "f1", "threshold": 0.6, "positiveClass": "yes"}
    assert written["serving"] == BEFORE["serving"]


def test_without_a_threshold_the_gate_is_what_chance_reaches_and_is_said(table: Path) -> None:
    made = files(BEFORE, table, Order("left"))
    written = json.loads(made.replaced[CONFIG])
    assert written["evaluate"]["threshold"] == 0.6667
    assert written["train"] == {"engine": "container"}
    assert made.sentences[-1].startswith("Gate: f1 at least 0.6667, which a model that knows nothing reaches, since")


def test_the_gate_of_this_very_table_stays_and_so_does_the_one_that_is_asked_for(table: Path) -> None:
    same = {**BEFORE, "dataset": {"uri": "config/data/my-table.csv", "target": "left"}}
    kept = files(same, table, Order("left"))
    assert json.loads(kept.replaced[CONFIG])["evaluate"]["threshold"] == 0.7
    for made in (kept, files(BEFORE, table, Order("left", threshold=0.9))):
        assert not any(sentence.startswith("Gate:") for sentence in made.sentences)


def test_a_row_shows_how_the_api_is_called(table: Path) -> None:
    assert files(BEFORE, table, Order("left")).features == {"minutes": 0.5, "plan": "a"}


def test_a_table_too_large_for_the_bundle_is_refused_with_the_way_for_it(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed, "LARGEST_TABLE_BYTES", 10)
    with pytest.raises(BadInput, match=r"has \d+ bytes as CSV, and 10 at most travel with the bundle; put it in S3"):
        files(BEFORE, table, Order("left"))


def test_the_package_has_automl_and_nothing_else_by_chance() -> None:
    assert slipway.automl is service.automl
    with pytest.raises(AttributeError, match="has no attribute 'autoML'"):
        slipway.autoML  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (
            {"target": "churned"},
            "my table.csv has no column 'churned'; its columns are customer_id, minutes, plan, left",
        ),
        ({"target": "left", "stack": "Bad_Name"}, "stack name 'Bad_Name': expected lower-case letters"),
        ({"target": "left", "region": "eu-west-1"}, "--region eu-west-1 goes with --aws"),
    ],
)
def test_what_is_wrong_is_said_before_an_engine_starts(
    order: dict[str, str], message: str, table: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=message):
        slipway.automl(table, home=tmp_path / "home", **order)
    assert not (tmp_path / "home").exists()


def test_an_engine_that_there_is_not_is_refused_before_anything_starts() -> None:
    with pytest.raises(BadInput, match="engine 'foo': expected container, xgboost, autogluon or autopilot"):
        Order("left", "foo")


def test_the_engines_are_those_of_the_configuration() -> None:
    schema = json.loads((Path(__file__).parents[3] / "config" / "ml-pipeline.schema.json").read_text("utf-8"))
    assert schema["properties"]["train"]["properties"]["engine"]["enum"] == list(ENGINES)
