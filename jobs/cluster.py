"""The hosts that train together: resourceconfig.json of a training job.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    """All hosts by name, and this one's."""

    hosts: tuple[str, ...]
    current: str

    @property
    def rank(self) -> int:
        """This host's place among them, from 0."""
        return self.hosts.index(self.current)

    @property
    def alone(self) -> bool:
        """Whether this is the only host."""
        return len(self.hosts) == 1

    @property
    def leads(self) -> bool:
        """Whether this host reports, saves checkpoints and writes the model; the others only help."""
        return self.rank == 0


def load(file: Path) -> Cluster:
    """Read resourceconfig.json; without one, this is the only host."""
    if not file.is_file():
        return Cluster(("algo-1",), "algo-1")
    document = json.loads(file.read_text(encoding="utf-8"))
    # Every host must number them alike.
    return Cluster(tuple(sorted(document["hosts"], key=_by_number)), document["current_host"])


def _by_number(host: str) -> tuple[int, str]:
    """algo-10 comes after algo-2."""
    return len(host), host
