"""AutoML as a service: a table in, a model behind an API out; first on nothing, then on the install that is there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import slipway
from slipway import local, seed
from tests.end_to_end.plant import CLOCK_FACTOR, ROOT, makefile
from tests.end_to_end.support import run_slipway
from tests.environments import share

STACK = "shop"


def rows() -> list[dict[str, str]]:
    with (ROOT / "config/data/breast-cancer.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's folder, whose Build leaves out its own checks and unit tests.

    `tests/algorithms/test_own_table.py` passes those with a table of one's own.
    """
    folder = tmp_path_factory.mktemp("bundle")
    for name in seed.files(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
        (folder / name).chmod((ROOT / name).stat().st_mode)
    (folder / "Makefile").write_bytes(makefile())
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An engine of its own."""
    home = tmp_path_factory.mktemp("automl") / ".slipway"
    local.start(home, port=local.free_port(), clock_factor=CLOCK_FACTOR)
    share(home)
    try:
        yield home
    finally:
        local.remove(home)


@pytest.fixture(scope="module")
def first(home: Path, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """`slipway automl` of JSON lines, on an engine that knows nothing, by itself to production."""
    table = tmp_path_factory.mktemp("table") / "tumours.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows()))
    order = ["--target", "diagnosis", "--stack", STACK, "--folder", str(bundle), "--approve", "--json"]
    done = run_slipway(home, "automl", str(table), *order)
    assert done.returncode == 0, done.stderr[-8000:]
    assert "Learn" not in done.stderr
    return dict(json.loads(done.stdout))


def test_a_file_becomes_a_model_in_production(first: dict[str, Any]) -> None:
    assert first["environment"] == "production"
    assert first["metrics"]["roc_auc"] > 0.9
    assert first["curl"].endswith(first["url"])
    assert "<html" in Path(first["report"]).read_text("utf-8")


def test_the_same_table_again_runs_by_another_engine_and_waits_for_a_person(
    first: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    table = tmp_path / "tumours.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows()[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())
    made = slipway.automl(table, target="diagnosis", engine="xgboost", stack=STACK, home=home)
    assert made.environment == "test"
    assert made.run_id != first["run"]
    assert made.as_json()["modelPackageArn"] != first["modelPackageArn"]
    assert set(made.predict(made.features)["predictions"][0]) == {"label", "score"}
    assert f"slipway approve --stack {STACK}" in made.text()


def test_an_order_that_the_bundle_refuses_is_told_before_anything_is_pushed(
    first: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    table = tmp_path / "tumours.csv"
    table.write_text((ROOT / "config/data/breast-cancer.csv").read_text("utf-8"))
    done = run_slipway(home, "automl", str(table), "--target", "diagnosis", "--stack", STACK, "--engine", "magic")
    assert done.returncode == 2
    assert "engine 'magic': expected container, xgboost, autogluon or autopilot" in done.stderr
    assert done.stdout == ""
