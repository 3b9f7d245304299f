"""Configurations that AWS would reject in the middle of a run: Build's first check rejects them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.mutations.mutation import ROOT, Mutation

FILE = "config/ml-pipeline.json"
CONFIGURED = (
    Mutation(
        "instance type that does not exist",
        FILE,
        '"train": {\n    "instanceType": "ml.m5.large"',
        '"train": {\n    "instanceType": "ml.m5.enormous"',
        "ml.m5.enormous",
    ),
    Mutation(
        "more instances at least than at most",
        FILE,
        '{"minCapacity": 2, "maxCapacity": 4}',
        '{"minCapacity": 4, "maxCapacity": 2}',
        "minCapacity",
    ),
    Mutation(
        "misspelt member of the configuration",
        FILE,
        '"instanceCount": 1',
        '"instanceCounts": 1',
        "instanceCounts",
    ),
)


def configure(mutation: Mutation, folder: Path) -> str:
    """What `python -m config.validate`, which Build begins with, says of the mutated configuration."""
    place = folder / "ml-pipeline.json"
    place.write_text(mutation.mutated())
    command = [sys.executable, "-m", "config.validate", str(place)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""
