"""What a person wants, and the files of the bundle that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway import configure, data, seed, tables
from slipway.errors import BadInput
from slipway.validation import CONFIG

ENGINES = ("container", "xgboost", "autogluon", "autopilot")
ENGINE_NAMES = f"{', '.join(ENGINES[:-1])} or {ENGINES[-1]}"


@dataclass(frozen=True)
class Order:
    """What is wanted: the target column, who trains, the gate, and whether production waits for a person.

    BadInput for an engine that there is not.
    """

    target: str
    engine: str = "container"
    threshold: float | None = None
    approve: bool = False

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise BadInput(f"engine {self.engine!r}: expected {ENGINE_NAMES}")


@dataclass(frozen=True)
class Files:
    """The files of the bundle that a table changes, and a row of it as the API takes it."""

    replaced: dict[str, bytes]
    features: dict[str, Any]
    sentences: list[str]


def files(configuration: dict[str, Any], table: Path, order: Order) -> Files:
    """The table and its configuration as files of the bundle; BadInput says what is wrong with the table."""
    if table.stat().st_size > seed.LARGEST_TABLE_BYTES:
        raise BadInput(
            f"{table.name} has {table.stat().st_size:,} bytes as CSV, and {seed.LARGEST_TABLE_BYTES:,} at most travel"
            " with the bundle; put it in S3, and name it with `slipway configure FILE --target COLUMN --uri s3://…`"
        )
    guess = configure.guess(table, order.target)
    name = f"config/data/{tables.name_of(table)}"
    changed = guess.apply(configuration, name)
    # Hyperparameters and instances of another table's model are nothing that this one asked for.
    changed["train"] = {"engine": order.engine}
    sentences = guess.told(configuration, name)
    if order.threshold is not None:
        sentences = guess.sentences
        changed["evaluate"] = {**changed["evaluate"], "threshold": order.threshold}
    row = next(data.rows(table, 1))
    learnt = [column for column in guess.columns if column["type"] != "id"]
    features = {column["name"]: data.value(row[column["name"]], column["type"]) for column in learnt}
    rendered = configure.render(changed).encode() + b"\n"
    return Files({name: table.read_bytes(), CONFIG: rendered}, features, sentences)
