"""A table of one's own in place of the repository's, as a person pushes it: Build's own tests are not about it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

REPOSITORY = Path(__file__).parents[2]
LEFT_OUT = (".git", ".venv", ".slipway", ".hypothesis", "build", "dist", "__pycache__", "*_cache", "*.egg-info")
# Nothing as in the repository's: three classes, no positive one, and names that are no identifiers.
COLUMNS = {"Order ID": "id", "weight (kg)": "number", "gift wrapped?": "boolean", "région": "category"}
CONFIGURATION = {
    "$schema": "./ml-pipeline.schema.json",
    "dataset": {
        "uri": "config/data/orders.csv",
        "target": "size",
        "task": "multiclass",
        "columns": [{"name": name, "type": kind} for name, kind in COLUMNS.items()],
    },
    "evaluate": {"metric": "accuracy", "threshold": 0.6},
}
CHOICES = {
    "prepare": {"engine": "glue"},
    "train": {"algorithm": "logistic_regression"},
    "deploy": {"mode": "serverless"},
}


@pytest.fixture(params=[pytest.param({}, id="the table alone"), pytest.param(CHOICES, id="and other choices")])
def pushed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The repository with that table and its configuration."""
    folder = tmp_path / "repository"
    shutil.copytree(REPOSITORY, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (folder / "config" / "ml-pipeline.json").write_text(json.dumps(CONFIGURATION | request.param), encoding="utf-8")
    random = Random(3)  # noqa: S311 (a table, not a secret)
    with (folder / "config" / "data" / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*COLUMNS, "size"])
        for number in range(600):
            weight = "" if number % 17 == 3 else round(random.gauss(number % 3 * 2, 1), 3)
            region = random.choice(["north", "south, far", 'Ouest "é"'])
            rows.writerow([f"O-{number:05}", weight, random.choice(["yes", "no"]), region, "SML"[number % 3]])
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run Python in the pushed repository as Build does."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    return done.stdout


def test_builds_own_tests_pass_with_a_table_of_ones_own(pushed: Path) -> None:
    run(pushed, "-m", "config.validate")
    resolved = json.loads((pushed / "build" / "configuration.json").read_text(encoding="utf-8"))["config"]
    assert [column["name"] for column in resolved["dataset"]["columns"]] == list(COLUMNS)
    (tests,) = re.findall(r"^BUNDLE_TESTS := (.*)$", (pushed / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    told = run(pushed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-profile", "build", *tests.split())
    assert re.search(r"^\d{3,} passed", told, re.MULTILINE), told[-2000:]
