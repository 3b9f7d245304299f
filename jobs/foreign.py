"""A model that only its own containers can ask, and what they answered to the held-out rows in a transform job.

The answers are lines `label,score`, the score being the positive class's probability, in the order of the rows:
docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from jobs import encoder as encoders
from jobs import findings, heldout
from jobs.encoder import Encoder
from jobs.errors import ModelError, TableError
from jobs.metrics import Measured
from jobs.settings import Settings


@dataclass(frozen=True)
class Foreign:
    """What its containers answered, and the encoder that knows its columns and classes."""

    answers: Path
    encoder: Encoder
    configuration: Settings

    @cached_property
    def description(self) -> dict[str, Any]:
        """What training said of the candidate."""
        return findings.description(self.configuration)

    def measured(self, holdout: Path) -> Measured:
        """The answers beside what is so."""
        labels: list[int] = []
        for rows in heldout.batches(holdout):
            labels += heldout.classes(rows, self.encoder, self.configuration)
        if not labels:
            raise TableError("there are no held-out rows to measure a model on")
        scores = np.array(list(_scores(self.answers, self.encoder)), dtype=np.float64)
        if len(scores) != len(labels):
            raise ModelError(f"the model gave {len(scores)} answers to {len(labels)} held-out rows")
        return Measured(np.array(labels), np.column_stack((1 - scores, scores)))


def load(answers: Path, encoder_folder: Path, configuration: Settings) -> Foreign:
    """What is there of such a model; it must take the rows that it was asked by position as they stand today."""
    encoder = encoders.load(encoder_folder)
    asked = tuple(column.name for column in configuration.features)
    if encoder.columns != asked:
        raise ModelError(f"the model's columns are {', '.join(encoder.columns)}, those of the rows {', '.join(asked)}")
    if len(encoder.classes) != 2:
        raise ModelError(f"expected a model of two classes, found one of {len(encoder.classes)}")
    return Foreign(answers, encoder, configuration)


def _scores(folder: Path, encoder: Encoder) -> Iterator[float]:
    """The positive class's probability of each row."""
    for file in sorted(folder.glob("*.out")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in filter(None, csv.reader(lines)):
                yield _score(row, encoder)


def _score(row: list[str], encoder: Encoder) -> float:
    try:
        label, score = row[0], float(row[1])
    except (IndexError, ValueError):
        raise ModelError(f"expected a label and a score as the model's answer, found {','.join(row)[:60]!r}") from None
    if label not in encoder.classes or not 0 <= score <= 1:
        raise ModelError(
            f"expected one of {', '.join(encoder.classes)} and a probability as the model's answer, "
            f"found {','.join(row)[:60]!r}"
        )
    return score
