"""AutoML as a service by the engines that are AutoML themselves: a file by AutoGluon, a DataFrame by Autopilot."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import slipway
from tests.end_to_end.plant import ROOT
from tests.end_to_end.support import run_slipway
from tests.end_to_end.test_automl import bundle, home, rows

__all__ = ["bundle", "home"]

STACK = "shop"


@pytest.fixture(scope="module")
def autogluon(home: Path, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """`slipway automl --engine autogluon` of JSON lines on an empty engine, by itself to production."""
    table = tmp_path_factory.mktemp("table") / "tumours.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows()))
    order = ["--target", "diagnosis", "--engine", "autogluon", "--stack", STACK, "--folder", str(bundle), "--approve"]
    done = run_slipway(home, "automl", str(table), *order, "--json", seconds=900.0)
    assert done.returncode == 0, done.stderr[-8000:]
    return dict(json.loads(done.stdout))


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A real DataFrame, of the polars that the bundle's environment has: every row twice, since Autopilot wants 500."""
    (packages,) = (ROOT / ".venv/bundle/lib").glob("python*/site-packages")
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
    return importlib.import_module("polars").DataFrame(rows() * 2)


def test_a_file_becomes_a_model_of_autogluons_in_production(autogluon: dict[str, Any]) -> None:
    assert autogluon["environment"] == "production"
    assert autogluon["metrics"]["roc_auc"] > 0.9
    assert autogluon["curl"].endswith(autogluon["url"])
    page = Path(autogluon["report"]).read_text("utf-8")
    assert "Leaderboard" in page
    assert "Feature importance" in page


def test_a_frame_becomes_a_model_of_autopilots_that_waits_for_a_person(
    autogluon: dict[str, Any], home: Path, frame: Any
) -> None:
    made = slipway.automl(frame, target="diagnosis", engine="autopilot", stack=STACK, home=home)
    assert made.environment == "test"
    assert made.run_id != autogluon["run"]
    assert made.metrics["roc_auc"] > 0.9
    assert "models tried" in made.report.read_text("utf-8")
    (prediction,) = made.predict(made.features)["predictions"]
    assert set(prediction) == {"label", "score"}
    assert f"slipway approve --stack {STACK}" in made.text()


def test_the_reasons_why_an_engine_refuses_a_table_are_told_before_anything_is_pushed(
    autogluon: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    table = tmp_path / "three.csv"
    table.write_text("size,kind\n" + "".join(f"{row % 7},{'abc'[row % 3]}\n" for row in range(90)))
    done = run_slipway(home, "automl", str(table), "--target", "kind", "--stack", STACK, "--engine", "autopilot")
    assert done.returncode == 2, done.stderr
    assert '$.dataset.task: found "multiclass"; allowed: binary with train.engine autopilot' in done.stderr
    assert done.stdout == ""
