"""The Evaluate step: candidate and champion, measured on the same held-out rows.

A SageMaker processing job. Inputs `model` and, when production has a model, `champion` (each a model.tar.gz), `encoder`
and `champion-encoder`, by which each was trained, `holdout` (raw rows) and `config` (execution.json); output `report`
(evaluation.json, report.html). Rows reach both models as they reach an endpoint, raw, each through the encoder of its
own, by the code that serves. Instead of a model that only its own containers can ask there is what those answered to
the held-out rows: `predictions`, `champion-predictions`, or why there is nothing, in the variable CHAMPION_FAULT.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from jobs import archives, built_in, foreign, heldout, paths, report, settings
from jobs import model as models
from jobs.encoder import Encoder
from jobs.errors import ModelError, TableError
from jobs.foreign import Foreign
from jobs.metrics import Measured
from jobs.model import Model
from jobs.settings import Settings

ARCHIVE = "model.tar.gz"


def main() -> None:
    """Run the job."""
    configuration = settings.load(paths.processing_input("config"))
    holdout = paths.processing_input("holdout")
    candidate = given("model", "predictions", "encoder", configuration)
    measured = measure(candidate, holdout, configuration)
    evaluation = describe(candidate, measured) | champion(configuration, holdout, candidate.encoder)
    folder = paths.processing_output("report")
    (folder / "evaluation.json").write_text(json.dumps(evaluation, indent=1), encoding="utf-8")
    (folder / "report.html").write_text(report.render(evaluation, candidate, configuration), encoding="utf-8")
    for name, value in evaluation["metrics"].items():
        print(f"test-{name}={value:.6f}")


def given(model: str, predictions: str, encoder: str, configuration: Settings) -> Model | Foreign:
    """A model, or the predictions of one, whichever input is there."""
    answers = paths.processing_input(predictions)
    if answers.is_dir():
        return foreign.load(answers, paths.processing_input(encoder), configuration)
    return unpack(model, encoder, configuration)


def unpack(name: str, encoder: str, configuration: Settings) -> Model:
    """Load the model.tar.gz of an input; only plain files inside it are taken."""
    file = paths.processing_input(name) / ARCHIVE
    if not file.is_file():
        raise ModelError(f"expected a trained model at {file}, found nothing")
    with tempfile.TemporaryDirectory() as target:
        archives.unpack(file, Path(target))
        if (Path(target) / built_in.FILE).is_file():
            return built_in.load(Path(target), paths.processing_input(encoder), configuration.hyperparameters)
        return models.load(Path(target))


def measure(model: Model | Foreign, holdout: Path, configuration: Settings) -> Measured:
    """Predict every held-out row, unless that was done."""
    if isinstance(model, Foreign):
        return model.measured(holdout)
    labels: list[int] = []
    probabilities = []
    for rows in heldout.batches(holdout):
        labels += heldout.classes(rows, model.encoder, configuration)
        probabilities.append(model.probabilities([_features(row, model) for row in rows]))
    if not labels:
        raise TableError("there are no held-out rows to measure a model on")
    return Measured(np.array(labels), np.concatenate(probabilities).astype(np.float64))


def describe(model: Model | Foreign, measured: Measured) -> dict[str, Any]:
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


def champion(configuration: Settings, holdout: Path, candidate: Encoder) -> dict[str, Any]:
    """What evaluation.json says of the model that production runs; one that does not fit the rows is said to."""
    fault = os.environ.get("CHAMPION_FAULT", "")
    is_there = (paths.processing_input("champion") / ARCHIVE).is_file()
    if not (fault or is_there or paths.processing_input("champion-predictions").is_dir()):
        return {"champion": None}
    try:
        if fault:
            raise ModelError(fault)
        model = given("champion", "champion-predictions", "champion-encoder", configuration)
        if sorted(model.encoder.classes) != sorted(candidate.classes):
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
