"""A run's evaluation: its numbers for the terminal, and the report's HTML file."""

from __future__ import annotations

import io
import json
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.table import Table

from slipway.errors import NotFound
from slipway.install import Install
from slipway.runs import Action, Run

# What the job image says of a model, in its archive.
DESCRIPTION = "model.json"
# What the gate says of a candidate that it refuses: the cause of state BelowThreshold in cf/training.asl.json.
_REFUSED = re.compile(r"Report: (?P<folder>s3://\S+/)report\.html")


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

    def package(self) -> str:
        """Which version of the model it is of, for a person; without one where the gate refused the candidate."""
        arn = str(self.outcome.get("modelPackageArn") or "")
        if not arn:
            return "a candidate below the gate, of which there is no model package"
        group, _, version = arn.partition(":model-package/")[2].rpartition("/")
        kept = ", the model of an earlier run" if self.outcome.get("reused") else ""
        return f"version {version} of model package group {group}{kept}"

    def table(self) -> Table:
        """Candidate beside champion."""
        table = Table("metric", "candidate", "champion", box=None)
        for name, value in self.metrics.items():
            champion = self.champion.get(name)
            table.add_row(name, f"{value:.4f}", "-" if champion is None else f"{champion:.4f}")
        return table


def of(install: Install, run: Run) -> Evaluation:
    """The evaluation of a run, whether its model passed the gate or not; NotFound until its training has evaluated."""
    trainings = [action for action in run.actions if action.provider == "StepFunctions"]
    action = next((a for a in trainings if a.status == "Succeeded"), None)
    if action is not None:
        client = install.target.client("stepfunctions")
        described = client.describe_execution(executionArn=action.external_id)
        return Evaluation(json.loads(described["output"]))
    refused = next((found for a in reversed(trainings) if (found := _REFUSED.search(a.error))), None)
    if refused is not None:
        return _refused(install, refused["folder"])
    if run.done:
        raise NotFound(f"run {run.id[:8]} evaluated no model; `slipway logs --run {run.id[:8]}` says why")
    raise NotFound(
        f"run {run.id[:8]} has no evaluation yet: no training of it has succeeded;"
        f" `slipway watch {run.id[:8]}` follows it"
    )


def is_refused(action: Action) -> bool:
    """Whether the gate refused the action's candidate."""
    return _REFUSED.search(action.error) is not None


def _refused(install: Install, folder: str) -> Evaluation:
    """The evaluation of a candidate below the gate, from where Evaluate left it: such an execution has no output."""
    uri = urlsplit(folder)
    key = f"{uri.path.lstrip('/')}evaluation.json"
    told = json.load(install.target.client("s3").get_object(Bucket=uri.netloc, Key=key)["Body"])
    champion = (told.get("champion") or {}).get("metrics")
    return Evaluation({"metrics": told["metrics"], "championMetrics": champion, "reportUri": f"{folder}report.html"})


def download(install: Install, evaluation: Evaluation, path: Path) -> Path:
    """Save the HTML report."""
    uri = urlsplit(evaluation.outcome["reportUri"])
    path.parent.mkdir(parents=True, exist_ok=True)
    install.target.client("s3").download_file(uri.netloc, uri.path.lstrip("/"), str(path))
    return path


def importance(install: Install, evaluation: Evaluation) -> dict[str, float]:
    """Each column's share in the candidate's answers, largest first, as its training wrote it beside the model.

    NotFound where no model of the run was registered, or where it is of an engine that says nothing of its columns.
    """
    arn = evaluation.outcome.get("modelPackageArn")
    if not arn:
        raise NotFound("the run registered no model: its candidate did not pass the gate, which the report shows")
    package = install.target.client("sagemaker").describe_model_package(ModelPackageName=arn)
    uri = urlsplit(package["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", ""))
    body = install.target.client("s3").get_object(Bucket=uri.netloc, Key=uri.path.lstrip("/"))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        found = archive.extractfile(DESCRIPTION) if DESCRIPTION in archive.getnames() else None
        if found is None:
            raise NotFound(f"{uri.geturl()} holds no {DESCRIPTION}; the report shows what its engine says of the model")
        return dict(json.load(found)["importance"])
