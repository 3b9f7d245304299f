"""From what was learnt of the training rows to the encoder; whoever learnt it, polars or Spark."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from jobs import encoder as encoders
from jobs.encoder import Encoder, Feature
from jobs.errors import TableError
from jobs.settings import Column, Settings

# Of each column: the categories in order, one more than allowed if there are too many, or the median; None without any.
Learnt = Mapping[str, list[str] | float | None]


def encoder(learnt: Learnt, classes: tuple[str, ...], settings: Settings) -> Encoder:
    """The encoder of that; TableError when a column is of no use."""
    made = Encoder(
        target=settings.target,
        task=settings.task,
        classes=classes,
        missing_values=settings.missing_values,
        features=tuple(_feature(column, learnt[column.name], settings) for column in settings.features),
        ids=tuple(column.name for column in settings.columns if column.type == "id"),
    )
    _refuse_ambiguous_names(made)
    return made


def save(made: Encoder, folder: Path) -> None:
    """Write encoder.json, and the same packed as a model; without times, so that the same encoder is the same file."""
    made.save(folder)
    member = tarfile.TarInfo(encoders.FILE)
    content = (folder / encoders.FILE).read_bytes()
    member.size = len(content)
    with (
        gzip.GzipFile(folder / "model.tar.gz", "wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        archive.addfile(member, io.BytesIO(content))


def _feature(column: Column, learnt: list[str] | float | None, settings: Settings) -> Feature:
    if isinstance(learnt, list):
        if len(learnt) > settings.max_categories:
            raise TableError(
                f"column {column.name!r} has more than {settings.max_categories} categories (prepare.maxCategories);"
                " is it an id, or free text? Then give it the type id, which leaves it out"
            )
        return Feature(column.name, column.type, categories=tuple(learnt))
    if learnt is None:
        raise TableError(
            f"column {column.name!r} is empty in every training row; give it the type id, which leaves it out"
        )
    # A tie between yes and no has the median 0.5, which is no boolean. Adding 0 makes the zero that is negative plain.
    value = learnt + 0.0 if column.type == "number" else float(learnt > 0.5)
    return Feature(column.name, column.type, fill=value if settings.imputation == "median" else None)


def _refuse_ambiguous_names(made: Encoder) -> None:
    """A category `a` of column `x` becomes `x=a`, which must not be another column's name."""
    name, count = Counter((*made.names, made.target)).most_common(1)[0]
    if count > 1:
        raise TableError(f"two encoded columns would be called {name!r}; rename the column or its category")
