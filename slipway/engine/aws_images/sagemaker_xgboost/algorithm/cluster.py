"""Training on several hosts by XGBoost's own collective: who takes part, and a communicator among them.

On AWS the first host listens on a port of its own that all know. Here all hosts are this machine, so the first writes
where its tracker listens into the folder that holds the hosts' folders.
docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#Instance-XGBoost-distributed-training
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xgboost import collective
from xgboost.tracker import RabitTracker

from .errors import AlgorithmError

_HERE = "127.0.0.1"
_MEETING_SECONDS = 900
_POLL_SECONDS = 0.05
# XGBoost 1.7 calls the same by other names.
_CURRENT = hasattr(RabitTracker, "worker_args")


class Cluster:
    """The hosts of one job, as one of them sees them; `meeting` is a folder that all of them see."""

    def __init__(self, hosts: Sequence[str], current: str, meeting: Path) -> None:
        self.hosts = sorted(hosts)
        self.current = current
        self._meeting = meeting

    def with_data(self, *, mine: bool) -> list[str]:
        """The hosts that have data; each says whether it has."""
        with self.communicating(self.hosts, "roll-call"):
            said = [collective.broadcast(mine if rank == collective.get_rank() else None, rank) for rank in self._ranks]
        return [host for host, has in zip(self.hosts, said, strict=True) if has]

    @property
    def _ranks(self) -> range:
        return range(collective.get_world_size())

    @contextmanager
    def communicating(self, hosts: Sequence[str], purpose: str) -> Iterator[None]:
        """A communicator among `hosts`, ranked in their order; alone, there is nobody to talk to."""
        if len(hosts) == 1:
            yield
            return
        tracker = self._tracker(len(hosts), purpose) if self.current == hosts[0] else None
        task = "dmlc_task_id" if _CURRENT else "DMLC_TASK_ID"
        arguments = {**self._met(purpose), task: f"{hosts.index(self.current):04d}"}
        with collective.CommunicatorContext(**arguments):
            yield
        if tracker is not None:
            (tracker.wait_for if _CURRENT else tracker.join)()

    def _tracker(self, count: int, purpose: str) -> Any:
        tracker = RabitTracker(n_workers=count, host_ip=_HERE, sortby="task")
        tracker.start(*(() if _CURRENT else (count,)))
        arguments = tracker.worker_args() if _CURRENT else tracker.worker_envs()
        unfinished = self._meeting / f"{purpose}.new"
        unfinished.write_text(json.dumps(arguments))
        os.replace(unfinished, self._meeting / f"{purpose}.json")  # noqa: PTH105 - names what it does
        return tracker

    def _met(self, purpose: str) -> dict[str, Any]:
        path = self._meeting / f"{purpose}.json"
        deadline = time.monotonic() + _MEETING_SECONDS
        while not path.exists():
            if time.monotonic() > deadline:
                raise AlgorithmError(f"{self.hosts[0]} was not there after {_MEETING_SECONDS} seconds")
            time.sleep(_POLL_SECONDS)
        found: dict[str, Any] = json.loads(path.read_text())
        return found
