"""Fitting the encoder on training rows, and encoding whole tables with it; lazily, by polars' streaming engine.

Memory does not grow with the table, but for one thing: a median needs the whole of its column, so that fitting holds
the number columns of the training rows, 8 bytes a value.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from jobs import fitting
from jobs.encoder import BLANKS, FALSE, LARGEST, NO, NUMBER, TRUE, YES, Encoder, Feature
from jobs.errors import TableError
from jobs.rows import read, value_fault
from jobs.settings import Column, Settings

# No column can be called so: a name is one line.
POSITION = "position\n"


def scan(file: Path, settings: Settings) -> pl.LazyFrame:
    """The raw rows as text, stripped, with null for what counts as missing."""
    missing = ["", *sorted(settings.missing_values)]
    text = pl.all().str.strip_chars(BLANKS)
    # The names are given, since polars leaves doubled quotes in a header as they are.
    frame = pl.scan_csv(file, infer_schema=False, new_columns=settings.header)
    return frame.select(text).select(pl.when(~pl.all().is_in(missing)).then(pl.all()))


def check_values(parts: list[Path], tables: list[Path], settings: Settings) -> None:
    """Refuse a table with text in a number or boolean column, naming line, column and value."""
    typed = [column for column in settings.features if column.type in ("number", "boolean")]
    if not typed:
        return
    for part in parts:
        bad = [(pl.col(c.name).is_not_null() & _value(c).is_null()).any().alias(c.name) for c in typed]
        found = scan(part, settings).select(bad).collect(engine="streaming").row(0, named=True)
        for column in typed:
            if found[column.name]:
                raise _first_fault(column, tables, settings)


def fit(train: Path, classes: tuple[str, ...], settings: Settings) -> Encoder:
    """Learn categories and fill values from the training rows, and from nothing else."""
    frame = scan(train, settings)
    wanted = [_fitted(column, settings) for column in settings.features]
    learnt = frame.select(wanted).collect(engine="streaming").row(0, named=True)
    return fitting.encoder(learnt, classes, settings)


def encode(part: Path, encoder: Encoder, settings: Settings, output: Path) -> None:
    """Write the encoded rows as CSV: the encoder's columns, then the target as the index of its class."""
    columns, target = _encodings(encoder)
    scan(part, settings).select(*columns, target).sink_csv(output, engine="streaming")


def encode_for_built_in(part: Path, encoder: Encoder, settings: Settings, folder: Path) -> None:
    """Write the encoded rows as SageMaker's own algorithms read CSV: the target first, no header, a file an instance.

    docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html
    """
    columns, target = _encodings(encoder)
    rows = scan(part, settings).select(target, *columns).with_row_index(POSITION)
    for instance in range(settings.instances):
        share = rows.filter(pl.col(POSITION) % settings.instances == instance).drop(POSITION)
        share.sink_csv(folder / f"{part.stem}-{instance + 1}.csv", include_header=False, engine="streaming")


def arrange(part: Path, settings: Settings, output: Path) -> None:
    """Write the raw rows for those who encode by themselves: no ids, one text for yes and one for no, target last."""
    columns = [_arranged(column) for column in settings.features]
    scan(part, settings).select(*columns, settings.target).sink_csv(output, engine="streaming")


def features(part: Path, settings: Settings, output: Path) -> None:
    """Write the raw rows as an endpoint takes CSV: neither header nor ids nor target."""
    names = [column.name for column in settings.features]
    scan(part, settings).select(names).sink_csv(output, include_header=False, engine="streaming")


def _arranged(column: Column) -> pl.Expr:
    if column.type != "boolean":
        return pl.col(column.name)
    value = _value(column)
    return pl.when(value == 1).then(pl.lit(YES)).when(value == 0).then(pl.lit(NO)).alias(column.name)


def _encodings(encoder: Encoder) -> tuple[list[pl.Expr], pl.Expr]:
    """The encoder's columns, and the target as the index of its class."""
    columns = [column for feature in encoder.features for column in _encoded(feature)]
    target = pl.col(encoder.target).cast(pl.Enum(encoder.classes)).to_physical().alias(encoder.target)
    return columns, target


def _value(column: Column) -> pl.Expr:
    """A number or boolean column as numbers, null where the text is none; the rules are those of `encoder.py`."""
    text = pl.col(column.name)
    if column.type == "number":
        value = pl.when(text.str.contains(NUMBER)).then(text).cast(pl.Float64, strict=False)
        return pl.when(value.abs() <= LARGEST).then(value)
    lower = text.str.to_lowercase()
    return pl.when(lower.is_in(TRUE)).then(1.0).when(lower.is_in(FALSE)).then(0.0)


def _fitted(column: Column, settings: Settings) -> pl.Expr:
    """What is learnt of a column: its categories, or the value that stands for a missing one."""
    if column.type == "category":
        # One more than allowed is enough to know that there are too many.
        values = pl.col(column.name).drop_nulls().unique().sort().head(settings.max_categories + 1)
        return values.implode().alias(column.name)
    return _value(column).median().alias(column.name)


def _encoded(feature: Feature) -> list[pl.Expr]:
    if feature.type == "category":
        text = pl.col(feature.column)
        return [
            text.eq_missing(pl.lit(category)).cast(pl.UInt8).alias(name)
            for category, name in zip(feature.categories, feature.names, strict=True)
        ]
    value = _value(Column(feature.column, feature.type))
    filled = value if feature.fill is None else value.fill_null(feature.fill)
    return [filled.cast(pl.Float32).alias(feature.column)]


def _first_fault(column: Column, tables: list[Path], settings: Settings) -> TableError:
    """Find the line of the first bad value; a second reading, which only a bad table pays."""
    index = settings.header.index(column.name)
    for file in tables:
        for line, row in read(file, settings):
            fault = value_fault(file, line, row[index], column, settings)
            if fault is not None:
                return fault
    raise AssertionError(f"polars and Python disagree about column {column.name!r}")
