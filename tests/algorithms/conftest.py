"""Training by every algorithm, in an environment with the packages of all (`make test-algorithms`)."""

from __future__ import annotations

import csv
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jobs import evaluate, prepare, train
from tests.jobs.conftest import execution

COLUMNS = {"id": "id", "weight": "number", "age": "number", "colour": "category", "wrapped": "boolean"}
Make = Callable[..., Path]


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root that stands for /opt/ml."""
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def prepared(container: Path) -> Make:
    """Run Prepare on parcels, whose size follows from weight and colour; its outputs become Train's channels."""

    def make(task: str, rows: int = 600, **changes: Any) -> Path:
        inputs = container / "processing" / "input"
        for name in ("dataset", "config"):
            (inputs / name).mkdir(parents=True)
        binary = {"evaluate.positiveClass": "L"} if task == "binary" else {"evaluate.positiveClass": None}
        document = execution(COLUMNS, "size", {"dataset.task": task, **binary, **changes})
        (inputs / "config" / "execution.json").write_text(json.dumps(document))
        write_parcels(inputs / "dataset" / "parcels.csv", "ML" if task == "binary" else "SML", rows)
        prepare.main()
        outputs = container / "processing" / "output"
        for channel in ("train", "validation", "encoder"):
            shutil.copytree(outputs / channel, container / "input" / "data" / channel)
        shutil.copytree(outputs / "holdout", inputs / "holdout")
        (container / "input" / "config").mkdir()
        return container

    return make


def write_parcels(file: Path, sizes: str, rows: int) -> None:
    random = Random(7)  # noqa: S311 (a table, not a secret)
    with file.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow([*COLUMNS, "size"])
        for number in range(rows):
            size = number % len(sizes)
            weight = "NA" if number % 11 == 5 else round(random.gauss(size * 2, 1), 3)
            colour = random.choice(["red", "green", ("blue", "grey", "black")[size]])
            writer.writerow([number, weight, random.randint(1, 9), colour, random.random() < 0.5, sizes[size]])


def train_by(container: Path, algorithm: str, **hyperparameters: str) -> Path:
    """Run Train and pack the model as SageMaker does; the model's folder."""
    given = {"algorithm": algorithm, **hyperparameters}
    (container / "input" / "config" / "hyperparameters.json").write_text(json.dumps(given))
    shutil.rmtree(container / "model", ignore_errors=True)
    train.main()
    return container / "model"


def evaluated(container: Path, model: Path, champion: Path | None = None) -> dict[str, Any]:
    """Run Evaluate; evaluation.json."""
    for name, folder in (("model", model), ("champion", champion)):
        if folder is not None:
            place = container / "processing" / "input" / name
            place.mkdir(exist_ok=True)
            with tarfile.open(place / "model.tar.gz", "w:gz") as archive:
                archive.add(folder, ".")
    evaluate.main()
    report = container / "processing" / "output" / "report" / "evaluation.json"
    document: dict[str, Any] = json.loads(report.read_text())
    return document
