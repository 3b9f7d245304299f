"""notebooks/walkthrough.ipynb as it is kept in git; tests/heavy/test_notebook.py executes it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_no_output_is_kept(path: Path) -> None:
    kept = [cell for cell in cells(path) if cell["cell_type"] == "code"]
    assert kept
    assert [cell["id"] for cell in kept if cell["outputs"] or cell["execution_count"] is not None] == []


def test_its_parameters_take_the_local_engine_and_wait_for_a_click() -> None:
    (walkthrough,) = NOTEBOOKS
    (given,) = [cell for cell in cells(walkthrough) if "parameters" in cell["metadata"].get("tags", [])]
    lines = [line.split("  #")[0].strip() for line in given["source"]]
    assert lines == ['STACK = "slipway-notebook"', 'HOME = ".slipway"', "AWS = False", 'ANSWER = ""', "CANDIDATE = 0"]


def rules(target: str) -> str:
    """What make would run."""
    told = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True)
    return told.stdout


def test_heavy_tests_have_a_target_of_their_own() -> None:
    assert "tests/heavy" in rules("test-heavy")
    assert "tests/heavy" not in rules("test")
