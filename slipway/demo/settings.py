"""What the demo changes in the bundle that it launches; the folder itself stays as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway import configure, data, seed
from slipway.errors import BadInput

CONFIG = "config/ml-pipeline.json"
# Low enough for a laptop: above ten calls a minute and instance, production grows.
AUTOSCALING = {
    "invocationsPerInstance": 10,
    "scaleOutCooldownInSeconds": 60,
    "scaleInCooldownInSeconds": 120,
}
_THROTTLING = {"rateLimit": 500, "burstLimit": 500}


@dataclass(frozen=True)
class Settings:
    """The configuration that the demo runs with, the files of the bundle that it replaces, and its table."""

    configuration: dict[str, Any]
    replaced: dict[str, bytes]
    table: Path
    sentences: list[str]

    def features(self) -> dict[str, Any]:
        """The first row of the table as the API takes it."""
        return self.samples(1)[0]

    def samples(self, count: int) -> list[dict[str, Any]]:
        """The first rows of the table as the API takes them: no ids, no target, numbers as numbers."""
        kinds = {column["name"]: column["type"] for column in self.configuration["dataset"]["columns"]}
        return [
            {name: data.value(row[name], kind) for name, kind in kinds.items() if kind != "id"}
            for row in data.rows(self.table, count)
        ]


def make(root: Path, table: Path | None, target_column: str | None) -> Settings:
    """The settings for the bundle in `root`, on its own table or on the person's; BadInput says what is wrong."""
    if (table is None) != (target_column is None):
        raise BadInput("--data FILE and --target COLUMN go together: your own table, and the column to predict")
    configuration = _configuration(root)
    production = configuration.setdefault("serving", {}).setdefault("production", {})
    production.setdefault("autoscaling", {}).update(AUTOSCALING)
    production.setdefault("api", {})["throttling"] = _THROTTLING
    files: dict[str, bytes] = {}
    sentences = [f"demo settings in {CONFIG}: {json.dumps(AUTOSCALING)}"]
    if table is not None and target_column is not None:
        content = _content(table)
        guess = configure.guess(table, target_column)
        name = f"config/data/{table.name}"
        sentences = [*guess.told(configuration, name), *sentences]
        configuration = guess.apply(configuration, name)
        files[name] = content
    files[CONFIG] = configure.render(configuration).encode() + b"\n"
    return Settings(configuration, files, table or root / configuration["dataset"]["uri"], sentences)


def _configuration(root: Path) -> dict[str, Any]:
    path = root / CONFIG
    if not path.exists():
        raise BadInput(f"{root.resolve()} holds no {CONFIG}; run this in the bundle's folder")
    try:
        return dict(json.loads(path.read_text()))
    except ValueError as error:
        raise BadInput(f"{path} is not a JSON object: {error}") from error


def _content(table: Path) -> bytes:
    if not table.is_file():
        raise BadInput(f"--data {table}: there is no such file; expected a CSV with a header")
    if table.stat().st_size > seed.LARGEST_TABLE_BYTES:
        raise BadInput(
            f"--data {table} has {table.stat().st_size:,} bytes, and the demo takes {seed.LARGEST_TABLE_BYTES:,} at"
            " most, since it travels with the bundle; run the demo without it, then `slipway configure` and"
            " `slipway drop`"
        )
    return table.read_bytes()
