"""What all algorithms have in common, and the model of logistic regression, which predicts without scikit-learn."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jobs import algorithms, encoder, model, train
from jobs.algorithms import logistic_regression
from jobs.encoder import Encoder, Feature
from jobs.errors import JobError, ModelError


@pytest.fixture
def small_encoder() -> Encoder:
    features = (Feature("plan", "category", categories=("a", "b")), Feature("minutes", "number", fill=1.0))
    return Encoder("left", "binary", ("no", "yes"), frozenset(), features)


@pytest.fixture
def fitted() -> logistic_regression.Model:
    """Two classes of three encoded columns."""
    return logistic_regression.Model(
        coefficients=np.array([[0.0, 0.0, 0.0], [1.0, -2.0, 0.5]]),
        intercepts=np.array([0.0, 0.25]),
        means=np.array([0.5, 0.5, 10.0]),
        deviations=np.array([0.5, 0.5, 4.0]),
    )


def test_an_algorithm_is_found_by_its_modules_name() -> None:
    assert {"logistic_regression", "xgboost"} <= {*algorithms.names()}
    assert algorithms.find("logistic_regression") is logistic_regression


def test_the_default_is_one_of_them() -> None:
    assert algorithms.DEFAULT in algorithms.names()


def test_an_unknown_algorithm_is_refused_with_those_that_there_are() -> None:
    expected = f"^expected an algorithm of {', '.join(algorithms.names())}, found '../x'$"
    with pytest.raises(ModelError, match=expected):
        algorithms.find("../x")


def test_shares_are_of_raw_columns_and_the_largest_comes_first(small_encoder: Encoder) -> None:
    assert algorithms.shares(np.array([1.0, 2.0, 9.0]), small_encoder) == {"minutes": 0.75, "plan": 0.25}
    assert algorithms.shares(np.zeros(3), small_encoder) == {"plan": 0.0, "minutes": 0.0}


def test_a_regression_scores_by_the_logistic_function(fitted: logistic_regression.Model) -> None:
    row = np.array([[1, 0, 12]], dtype=np.float32)
    total = 0.25 + 1.0 * 1 + 2.0 * 1 + 0.5 * 0.5
    assert fitted.probabilities(row)[0, 1] == pytest.approx(1 / (1 + np.exp(-total)))
    assert fitted.probabilities(row).sum() == pytest.approx(1)


def test_large_sums_do_not_overflow(fitted: logistic_regression.Model) -> None:
    rows = np.array([[1, 0, 3e38], [0, 1, -3e38]], dtype=np.float32)
    assert fitted.probabilities(rows).tolist() == [[0, 1], [1, 0]]


def test_a_regressions_importance_is_by_the_size_of_its_coefficients(
    fitted: logistic_regression.Model, small_encoder: Encoder
) -> None:
    assert fitted.importance(small_encoder) == pytest.approx({"plan": 3 / 3.5, "minutes": 0.5 / 3.5})


def test_a_regression_is_read_as_it_was_saved(
    fitted: logistic_regression.Model, small_encoder: Encoder, tmp_path: Path
) -> None:
    small_encoder.save(tmp_path)
    model.save(fitted, {"module": "logistic_regression"}, tmp_path)
    loaded = model.load(tmp_path)
    rows = [["a", 12], ["b", None], ["c", 3.5]]
    assert loaded.probabilities(rows).tolist() == fitted.probabilities(small_encoder.encode(rows)).tolist()
    assert loaded.predict(rows)[0]["label"] == "yes"


def test_a_model_that_names_no_algorithm_is_of_the_default(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "model", tmp_path / "model")
    file = tmp_path / "model" / "model.json"
    description = json.loads(file.read_text())
    assert description.pop("module") == "xgboost"
    file.write_text(json.dumps(description))
    row = [["TX", 100, "one year", "cheque", True, False, False, 0, 180, 100, 200, 100, 200, 9, 4, 55, 2]]
    assert model.load(tmp_path / "model").predict(row) == model.load(trained / "model").predict(row)


@pytest.mark.parametrize("name", ["model.npz", "model.json", "encoder.json"])
def test_a_missing_file_of_a_model_is_named(
    name: str, fitted: logistic_regression.Model, small_encoder: Encoder, tmp_path: Path
) -> None:
    small_encoder.save(tmp_path)
    model.save(fitted, {"module": "logistic_regression"}, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelError, match=f"^expected the model's .*{name.partition('.')[0]}.*found nothing$"):
        model.load(tmp_path)


def test_a_package_that_the_image_lacks_is_named(
    trained: Path, container: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for channel in ("train", "validation", "encoder"):
        shutil.copytree(trained / "prepared" / channel, container / "input" / "data" / channel)
    (container / "input" / "config").mkdir()
    chosen = json.dumps({"algorithm": "logistic_regression"})
    (container / "input" / "config" / "hyperparameters.json").write_text(chosen)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(
        JobError, match=r"^logistic_regression trains with the package sklearn, which this image lacks;"
    ):
        train.main()


def test_a_server_of_a_regression_imports_none_of_the_large_libraries(
    fitted: logistic_regression.Model, small_encoder: Encoder, tmp_path: Path
) -> None:
    small_encoder.save(tmp_path)
    model.save(fitted, {"module": "logistic_regression"}, tmp_path)
    code = (
        "import sys, jobs.serve; from jobs import model; from pathlib import Path; model.load(Path(sys.argv[1]));"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(encoder.__file__).parents[1],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "numpy" in found.stdout.split()
    assert not {"sklearn", "scipy", "polars", "xgboost"} & {*found.stdout.split()}
