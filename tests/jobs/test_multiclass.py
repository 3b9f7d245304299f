"""Three classes, from table to report, through the same jobs."""

from __future__ import annotations

import csv
import json
import shutil
import tarfile
from pathlib import Path
from random import Random

import pytest

from jobs import evaluate, model, prepare, train

CONFIG = {
    "dataset": {
        "target": "size",
        "task": "multiclass",
        "columns": [{"name": 'the "weight", kg', "type": "number"}, {"name": "wrapped", "type": "boolean"}],
        "split": {"validation": 0.2, "test": 0.2, "seed": 42},
    },
    "prepare": {"missingValues": [], "imputation": "median", "maxCategories": 10},
    "train": {"engine": "container", "instanceCount": 1},
    "evaluate": {"metric": "f1", "direction": "maximize", "threshold": 0.7},
}


@pytest.fixture
def evaluated(container: Path) -> Path:
    """The container's folder after all three jobs."""
    inputs, outputs = container / "processing" / "input", container / "processing" / "output"
    for name in ("dataset", "config", "model"):
        (inputs / name).mkdir(parents=True)
    (inputs / "config" / "execution.json").write_text(
        json.dumps({"commit": "0", "dataVersion": "1", "training": {"hyperParameters": {}}, "config": CONFIG}),
        encoding="utf-8",
    )
    write_parcels(inputs / "dataset" / "parcels.csv")
    prepare.main()
    for channel in ("train", "validation", "encoder"):
        shutil.copytree(outputs / channel, container / "input" / "data" / channel)
    train.main()
    with tarfile.open(inputs / "model" / "model.tar.gz", "w:gz") as archive:
        archive.add(container / "model", ".")
    shutil.copytree(outputs / "holdout", inputs / "holdout")
    evaluate.main()
    return container


def write_parcels(file: Path) -> None:
    random = Random(1)  # noqa: S311 (a table, not a secret)
    with file.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(['the "weight", kg', "wrapped", "size"])
        for number in range(400):
            size = number % 3
            writer.writerow([round(random.gauss(size * 3, 1), 3), random.random() < 0.5, "SML"[size]])


def test_three_classes_go_through_every_job(evaluated: Path) -> None:
    found = json.loads((evaluated / "processing" / "output" / "report" / "evaluation.json").read_text())
    assert found["classes"] == ["L", "M", "S"]
    assert found["metrics"]["f1"] > 0.7
    assert found["metrics"]["roc_auc"] > 0.9
    assert [curve["class"] for curve in found["curves"]] == [0, 1, 2]


def test_a_score_is_the_labels_own_probability(evaluated: Path) -> None:
    trained = model.load(evaluated / "model")
    rows: list[list[object]] = [[-1, True], [3, None], [8, "no"]]
    predictions = trained.predict(rows)
    assert [prediction["label"] for prediction in predictions] == ["S", "M", "L"]
    scores = trained.probabilities(rows).max(axis=1)
    assert [prediction["score"] for prediction in predictions] == pytest.approx(scores.tolist())
