"""What a job leaves beside its candidates: the leaderboard, the best candidate's feature importance, a notebook."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
from autogluon.tabular import TabularPredictor

from .data import Data
from .settings import Settings

_ROWS = 1000


def leaderboard(folder: Path, results: dict[str, dict[str, Any]], best_first: list[str]) -> None:
    """`leaderboard.csv`: each candidate's metrics on the validation data, the best first."""
    folder.mkdir(parents=True, exist_ok=True)
    metrics = list(results[best_first[0]]["metrics"])
    with (folder / "leaderboard.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["candidate", "algorithm", "model", *metrics])
        for name in best_first:
            result = results[name]
            out.writerow([name, result["algorithm"], result["model"], *(result["metrics"][key] for key in metrics)])


def importance(folder: Path, predictor: TabularPredictor, model: str, table: pd.DataFrame) -> None:
    """`feature_importance.csv`: what the objective loses when a column is shuffled, on at most 1,000 rows."""
    folder.mkdir(parents=True, exist_ok=True)
    found = predictor.feature_importance(table, model=model, subsample_size=_ROWS, num_shuffle_sets=3, silent=True)
    found.rename_axis("feature").to_csv(folder / "feature_importance.csv")


def exploration(folder: Path, settings: Settings, data: Data) -> None:
    """`SageMakerAutopilotDataExplorationNotebook.ipynb`: what is in the training data."""
    folder.mkdir(parents=True, exist_ok=True)
    table = data.training
    described = pd.DataFrame(
        {"type": table.dtypes.astype(str), "missing": table.isna().mean().round(4), "distinct": table.nunique()}
    )
    texts = [
        "# Data exploration\nWritten by the local engine with AutoGluon, which stands in for Autopilot.",
        f"{len(table)} rows to train on, {len(data.validation)} to validate on. Target: `{settings.target}`.",
        "## Columns\n\n" + _table(described),
        "## Numbers\n\n" + _table(table.describe().T.round(4)),
        "## Target\n\n" + _table(table[settings.target].value_counts().head(20).to_frame("rows")),
    ]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in texts]
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    file = folder / "SageMakerAutopilotDataExplorationNotebook.ipynb"
    file.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def _table(frame: pd.DataFrame) -> str:
    """Markdown."""
    head = ["", *(str(column) for column in frame.columns)]
    rows = zip(frame.index, frame.to_numpy(), strict=True)
    body = [[str(index), *(str(value) for value in row)] for index, row in rows]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
