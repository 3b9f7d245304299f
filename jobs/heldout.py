"""The held-out rows, raw, as Prepare left them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from jobs.encoder import Encoder
from jobs.errors import ModelError
from jobs.settings import Settings

# Rows that are in memory at a time.
BATCH = 10_000

Row = dict[str, str]


def batches(folder: Path) -> Iterator[list[Row]]:
    """The rows by column name, some at a time."""
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            while rows := list(islice(reader, BATCH)):
                yield rows


def classes(rows: Sequence[Row], encoder: Encoder, settings: Settings) -> list[int]:
    """The class of each row, as the model counts classes."""
    indices = {label: index for index, label in enumerate(encoder.classes)}
    labels = [row[settings.target].strip() for row in rows]
    unknown = next((label for label in labels if label not in indices), None)
    if unknown is not None:
        raise ModelError(f"the model does not know class {unknown!r} of the held-out rows")
    return [indices[label] for label in labels]
