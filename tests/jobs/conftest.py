"""A small table, the folders of a SageMaker container, and one trained model for all tests that only look at it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.data import telecom_churn
from jobs import prepare, settings, train
from jobs.settings import Settings

COLUMNS = {"id": "id", "plan": "category", "minutes": "number", "active": "boolean"}


def execution(columns: dict[str, str], target: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """An execution.json as Build writes it, with changes by dotted path."""
    document: dict[str, Any] = {
        "commit": "0123456789abcdef",
        "dataVersion": "feedfacefeedface",
        "training": {"hyperParameters": {"eta": "0.1"}},
        "config": {
            "dataset": {
                "target": target,
                "task": "binary",
                "columns": [{"name": name, "type": type_} for name, type_ in columns.items()],
                "split": {"validation": 0.2, "test": 0.2, "seed": 42},
            },
            "prepare": {"missingValues": ["NA"], "imputation": "median", "maxCategories": 60},
            "train": {"engine": "container", "instanceCount": 1},
            "evaluate": {"metric": "roc_auc", "direction": "maximize", "threshold": 0.7, "positiveClass": "yes"},
        },
    }
    for path, value in (changes or {}).items():
        *parents, name = path.split(".")
        part = document["config"]
        for parent in parents:
            part = part[parent]
        part[name] = value
    return document


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of the small table, with changes by dotted path: make_settings(**{"dataset.task": "multiclass"})."""

    def make(columns: dict[str, str] = COLUMNS, **changes: Any) -> Settings:
        (tmp_path / "execution.json").write_text(json.dumps(execution(columns, "left", changes)))
        return settings.load(tmp_path)

    return make


@pytest.fixture
def small_rows() -> list[list[str]]:
    """A hundred rows of id, plan, minutes, active, left."""
    plans = ("basic", "family", "basic", "", "premium")
    return [
        [f"C{n}", plans[n % 5], str(n / 4) if n % 9 else "NA", "True" if n % 3 else "no", "yes" if n % 4 == 0 else "no"]
        for n in range(100)
    ]


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV file from rows, or from bytes as they are."""

    def write(rows: list[list[str]] | bytes, header: list[str] | None = None, name: str = "table.csv") -> Path:
        file = tmp_path / "tables" / name
        file.parent.mkdir(exist_ok=True)
        if isinstance(rows, bytes):
            file.write_bytes(rows)
        else:
            text = io.StringIO(newline="")
            csv.writer(text).writerows([header or [*COLUMNS, "left"], *rows])
            file.write_bytes(text.getvalue().encode())
        return file

    return write


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root that stands for /opt/ml."""
    base = tmp_path / "ml"
    base.mkdir()
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(base))
    return base


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `prepared` (Prepare's outputs), `config`, `model` and `model.tar.gz`, made by the jobs."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAGEMAKER_BASE_DIR", str(folder))
        _prepare(folder)
        _train(folder)
    shutil.copytree(folder / "processing" / "output", folder / "prepared")
    shutil.copytree(folder / "processing" / "input" / "config", folder / "config")
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        for file in (folder / "model").iterdir():
            archive.add(file, file.name)
    return folder


def _prepare(folder: Path) -> None:
    rows = telecom_churn.make(seed=1, rows=900)
    dataset = folder / "processing" / "input" / "dataset"
    config = folder / "processing" / "input" / "config"
    dataset.mkdir(parents=True)
    config.mkdir()
    with (dataset / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        telecom_churn.write(rows, file)
    example = json.loads((Path(__file__).parents[2] / "config" / "telecom-churn.json").read_text())
    committed = example["dataset"]["columns"]
    columns = {column["name"]: column["type"] for column in committed}
    (config / "execution.json").write_text(json.dumps(execution(columns, "churn")))
    prepare.main()


def _train(folder: Path) -> None:
    for channel in ("train", "validation", "encoder"):
        shutil.copytree(folder / "processing" / "output" / channel, folder / "input" / "data" / channel)
    (folder / "input" / "config").mkdir()
    (folder / "input" / "config" / "hyperparameters.json").write_text(json.dumps({"num_round": "30", "max_depth": "4"}))
    train.main()
