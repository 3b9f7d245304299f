"""docs/combinations.md: each combination is tried by the tests that the page names, or refused by Build."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from config import configuration

PAGE = (Path(__file__).parents[2] / "docs" / "combinations.md").read_text("utf-8")
DATASET: dict[str, Any] = {
    "uri": "config/data/shop.csv",
    "target": "churn",
    "columns": [{"name": "minutes", "type": "number"}],
}
NEEDED: dict[str, Any] = {"batch": {"batch": {"inputUri": "s3://shop-data/customers/"}}}


def table(number: int) -> dict[tuple[str, str], str]:
    """A table of the page: what stands for an engine and a choice."""
    section = PAGE.split("\n## ")[number + 1]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    (_, *names), _, *rows = [[cell.strip(" `") for cell in line] for line in lines]
    return {(engine, name): cell for engine, *cells in rows for name, cell in zip(names, cells, strict=True)}


RUNS, SERVES, PREPARES = (table(number) for number in range(3))


def choices(cells: dict[tuple[str, str], str], which: int) -> list[str]:
    """The engines (0), or the choices beside them (1), in the page's order."""
    return list(dict.fromkeys(pair[which] for pair in cells))


ALL = list(itertools.product(choices(RUNS, 0), *(choices(cells, 1) for cells in (RUNS, SERVES, PREPARES))))


@pytest.mark.parametrize(("engine", "orchestrator", "mode", "preparation"), ALL)
def test_a_combination_is_tried_or_refused(
    engine: str, orchestrator: str, mode: str, preparation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRATOR", orchestrator)
    faults = configuration.validate(
        {
            "dataset": DATASET,
            "evaluate": {"positiveClass": "yes"},
            "train": {"engine": engine},
            "prepare": {"engine": preparation},
            "deploy": {"mode": mode, **NEEDED.get(mode, {})},
        }
    )
    cells = {"$.train.engine": RUNS[engine, orchestrator], "$.deploy.mode": SERVES[engine, mode]}
    cells["$.prepare.engine"] = PREPARES[engine, preparation]
    assert {fault.path for fault in faults} == {path for path, cell in cells.items() if cell == "refused"}


def test_the_page_has_every_choice() -> None:
    properties = configuration.schema()["properties"]
    assert set(choices(RUNS, 0)) == set(_enum(properties, "train", "engine"))
    assert set(choices(SERVES, 1)) == set(_enum(properties, "deploy", "mode"))
    assert set(choices(PREPARES, 1)) == set(_enum(properties, "prepare", "engine"))


def _enum(properties: dict[str, Any], part: str, field: str) -> list[str]:
    found: list[str] = properties[part]["properties"][field]["enum"]
    return found
