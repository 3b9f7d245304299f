"""The parts of the resolved configuration that the jobs read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.errors import ConfigurationError


@dataclass(frozen=True)
class Column:
    """A column of the table; `type` is number, category, boolean or id."""

    name: str
    type: str


@dataclass(frozen=True)
class Settings:
    """What `execution.json` says about the table and how it is prepared and judged."""

    target: str
    task: str
    columns: tuple[Column, ...]
    validation_share: float
    test_share: float
    seed: int
    missing_values: frozenset[str]
    imputation: str
    max_categories: int
    positive_class: str | None
    metric: str
    direction: str
    threshold: float
    commit: str
    data_version: str
    engine: str
    instances: int
    hyperparameters: dict[str, str]

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that the model sees."""
        return tuple(column for column in self.columns if column.type != "id")

    @property
    def header(self) -> tuple[str, ...]:
        """Every column in the order in which rows are kept: as configured, the target last."""
        return (*(column.name for column in self.columns), self.target)


def load(folder: Path) -> Settings:
    """Read `execution.json` of that folder; Build has validated it and resolved every default."""
    file = folder / "execution.json"
    if not file.is_file():
        raise ConfigurationError(f"expected the run's configuration at {file}, found nothing")
    document = json.loads(file.read_text(encoding="utf-8"))
    try:
        return _settings(document)
    except KeyError as error:
        raise ConfigurationError(
            f"{file.name} lacks {error}; it must hold the configuration that Build resolved"
        ) from None


def _settings(document: dict[str, Any]) -> Settings:
    config = document["config"]
    dataset, prepare, evaluate = config["dataset"], config["prepare"], config["evaluate"]
    return Settings(
        target=dataset["target"],
        task=dataset["task"],
        columns=tuple(Column(column["name"], column["type"]) for column in dataset["columns"]),
        validation_share=dataset["split"]["validation"],
        test_share=dataset["split"]["test"],
        seed=dataset["split"]["seed"],
        missing_values=frozenset(prepare["missingValues"]),
        imputation=prepare["imputation"],
        max_categories=prepare["maxCategories"],
        positive_class=evaluate.get("positiveClass"),
        metric=evaluate["metric"],
        direction=evaluate["direction"],
        threshold=evaluate["threshold"],
        commit=document["commit"],
        data_version=document["dataVersion"],
        engine=config["train"]["engine"],
        instances=config["train"]["instanceCount"],
        hyperparameters=document["training"]["hyperParameters"],
    )
