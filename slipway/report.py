"""A run's evaluation: its numbers for the terminal, and the report's HTML file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.table import Table

from slipway.errors import NotFound
from slipway.install import Install
from slipway.runs import Run


@dataclass(frozen=True)
class Evaluation:
    """What the Train stage found, as its execution's output says."""

    outcome: dict[str, Any]

    @property
    def metrics(self) -> dict[str, float]:
        """The candidate's metrics on the hold-out."""
        return dict(self.outcome.get("metrics") or {})

    @property
    def champion(self) -> dict[str, float]:
        """The production model's metrics on the same rows, {} when there is none."""
        return dict(self.outcome.get("championMetrics") or {})

    def table(self) -> Table:
        """Candidate beside champion."""
        table = Table("metric", "candidate", "champion", box=None)
        for name, value in self.metrics.items():
            champion = self.champion.get(name)
            table.add_row(name, f"{value:.4f}", "-" if champion is None else f"{champion:.4f}")
        return table


def of(install: Install, run: Run) -> Evaluation:
    """The evaluation of a run; NotFound until its Train stage has succeeded."""
    action = next((a for a in run.actions if a.provider == "StepFunctions" and a.status == "Succeeded"), None)
    if action is None:
        raise NotFound(
            f"run {run.id[:8]} has no evaluation yet: no training of it has succeeded;"
            f" `slipway watch {run.id[:8]}` follows it"
        )
    client = install.target.client("stepfunctions")
    described = client.describe_execution(executionArn=action.external_id)
    return Evaluation(json.loads(described["output"]))


def download(install: Install, evaluation: Evaluation, path: Path) -> Path:
    """Save the HTML report."""
    uri = urlsplit(evaluation.outcome["reportUri"])
    path.parent.mkdir(parents=True, exist_ok=True)
    install.target.client("s3").download_file(uri.netloc, uri.path.lstrip("/"), str(path))
    return path
