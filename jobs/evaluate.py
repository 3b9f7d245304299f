"""The Evaluate step: candidate and champion, measured on the same held-out rows.

A SageMaker processing job. Inputs `model` and, when production has a model, `champion` (each a model.tar.gz), `encoder`
and `champion-encoder`, by which each was trained, `holdout` (raw rows) and `config` (execution.json); output `report`
(evaluation.json, report.html). Rows reach both models as they reach an endpoint, raw, each through the encoder of its
own, by the code that serves.
"""

from __future__ import annotations

import csv
import json
import tarfile
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from jobs import built_in, paths, report, settings
from jobs import model as models
from jobs.errors import ModelError, TableError
from jobs.metrics import Measured
from jobs.model import Model
from jobs.settings import Settings

# Rows that are in memory at a time.
BATCH = 10_000
ARCHIVE = "model.tar.gz"


def main() -> None:
    """Run the job."""
    configuration = settings.load(paths.processing_input("config"))
    holdout = paths.processing_input("holdout")
    candidate = unpack("model", "encoder", configuration)
    measured = measure(candidate, holdout, configuration)
    evaluation = describe(candidate, measured) | champion(configuration, holdout, candidate)
    folder = paths.processing_output("report")
    (folder / "evaluation.json").write_text(json.dumps(evaluation, indent=1), encoding="utf-8")
    (folder / "report.html").write_text(report.render(evaluation, candidate, configuration), encoding="utf-8")
    for name, value in evaluation["metrics"].items():
        print(f"test-{name}={value:.6f}")


def unpack(name: str, encoder: str, configuration: Settings) -> Model:
    """Load the model.tar.gz of an input; only plain files inside it are taken."""
    file = paths.processing_input(name) / ARCHIVE
    if not file.is_file():
        raise ModelError(f"expected a trained model at {file}, found nothing")
    with tempfile.TemporaryDirectory() as target:
        try:
            with tarfile.open(file) as archive:
                _extract(archive, Path(target))
        except tarfile.TarError as error:
            raise ModelError(f"{ARCHIVE} cannot be unpacked: {error}") from None
        if (Path(target) / built_in.FILE).is_file():
            return built_in.load(Path(target), paths.processing_input(encoder), configuration.hyperparameters)
        return models.load(Path(target))


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Take plain files whose path stays inside; `tarfile`'s own filter is missing from Python 3.11.2."""
    for member in archive:
        target = folder / member.name
        source = archive.extractfile(member) if member.isfile() else None
        if ".." in target.parts or not target.is_relative_to(folder):
            raise tarfile.TarError(f"{member.name} leads out of the archive")
        if source is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read())


def measure(model: Model, holdout: Path, configuration: Settings) -> Measured:
    """Predict every held-out row."""
    indices = {label: index for index, label in enumerate(model.encoder.classes)}
    labels: list[int] = []
    probabilities = []
    for rows in _batches(holdout):
        for row in rows:
            label = row[configuration.target].strip()
            if label not in indices:
                raise ModelError(f"the model does not know class {label!r} of the held-out rows")
            labels.append(indices[label])
        probabilities.append(model.probabilities([_features(row, model) for row in rows]))
    if not labels:
        raise TableError("there are no held-out rows to measure a model on")
    return Measured(np.array(labels), np.concatenate(probabilities).astype(np.float64))


def describe(model: Model, measured: Measured) -> dict[str, Any]:
    """What evaluation.json says of the candidate."""
    return {
        "metrics": measured.metrics(),
        "rows": int(measured.labels.size),
        "classes": list(model.encoder.classes),
        "confusionMatrix": measured.confusion(),
        "curves": measured.curves(),
        "calibration": measured.calibration(),
        "scores": measured.distribution(),
    }


def champion(configuration: Settings, holdout: Path, candidate: Model) -> dict[str, Any]:
    """What evaluation.json says of the model that production runs; one that does not fit the rows is said to."""
    if not (paths.processing_input("champion") / ARCHIVE).is_file():
        return {"champion": None}
    try:
        model = unpack("champion", "champion-encoder", configuration)
        if sorted(model.encoder.classes) != sorted(candidate.encoder.classes):
            raise ModelError(f"the champion's classes are {', '.join(model.encoder.classes)}")
        measured = measure(model, holdout, configuration)
    except ModelError as error:
        print(f"the champion cannot be measured on these rows: {error}")
        return {"champion": None, "championFault": str(error)}
    return {"champion": {"metrics": measured.metrics(), "curves": measured.curves()}}


def _features(row: dict[str, str], model: Model) -> list[str]:
    try:
        return [row[column] for column in model.encoder.columns]
    except KeyError as error:
        raise ModelError(f"the model needs column {error}, which the held-out rows do not have") from None


def _batches(folder: Path) -> Iterator[list[dict[str, str]]]:
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            while rows := list(islice(reader, BATCH)):
                yield rows
