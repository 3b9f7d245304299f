"""What a training by AWS's images said of its models: AutoGluon's leaderboard and importance, Autopilot's candidates.

docs.aws.amazon.com/sagemaker/latest/dg/autogluon-tabular.html
"""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from typing import Any

from jobs import archives, paths
from jobs.settings import Settings

OUTPUT = "output.tar.gz"
CANDIDATES = "candidates.json"
# Of AutoGluon's leaderboard, what a person compares models by.
COLUMNS = {
    "model": "Model",
    "score_test": "Test",
    "score_val": "Validation",
    "fit_time": "Seconds to fit",
    "pred_time_test": "Seconds to predict",
}
IMPORTANCE = "Share of what the score on the test rows loses when a column is shuffled."

Description = dict[str, Any]


def description(configuration: Settings) -> Description:
    """What the report says of a model that the job image cannot load."""
    candidates = paths.processing_input("findings") / CANDIDATES
    if candidates.is_file():
        return _autopilot(candidates, configuration)
    file = paths.processing_input("findings") / OUTPUT
    said = {"algorithm": "AutoGluon", "hyperparameters": _arguments(configuration.hyperparameters)}
    if not file.is_file():
        return said
    with tempfile.TemporaryDirectory() as folder:
        archives.unpack(file, Path(folder))
        return said | _autogluon(Path(folder))


def _autopilot(file: Path, configuration: Settings) -> Description:
    """The candidates of an AutoML job, the best first, as the state machine kept them."""
    candidates = json.loads(file.read_text(encoding="utf-8"))
    names = sorted({name for candidate in candidates for name in candidate["metrics"]})
    rows = [
        [candidate["name"], str(candidate["value"]), *(str(candidate["metrics"].get(name, "")) for name in names)]
        for candidate in candidates
    ]
    return {
        "algorithm": f"Autopilot: {candidates[0]['name']}" if candidates else "Autopilot",
        "hyperparameters": configuration.hyperparameters,
        "leaderboard": {
            "columns": ["Candidate", "Objective", *names],
            "rows": rows,
            "note": "the best twenty at most, by the objective, on rows that the job held out itself.",
        },
    }


def _autogluon(folder: Path) -> Description:
    found: Description = {}
    board, importance = folder / "leaderboard.csv", folder / "feature_importance.csv"
    if board.is_file():
        rows = _rows(board)
        names = [name for name in COLUMNS if rows and name in rows[0]]
        found["leaderboard"] = {
            "columns": [COLUMNS[name] for name in names],
            "rows": [[row[name] for name in names] for row in rows],
        }
    if importance.is_file():
        losses = {row["feature"]: max(0.0, float(row["importance"])) for row in _rows(importance)}
        total = sum(losses.values()) or 1.0
        shares = sorted(losses.items(), key=lambda item: -item[1])
        found |= {"importance": {name: loss / total for name, loss in shares}, "importanceNote": IMPORTANCE}
    return found


def _arguments(hyperparameters: dict[str, str]) -> dict[str, str]:
    """The script's own hyperparameters, an object's members each by its name."""
    own = {name: text for name, text in hyperparameters.items() if not name.startswith("sagemaker_")}
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for text in own.values()
        for key, value in json.loads(text).items()
    }


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
