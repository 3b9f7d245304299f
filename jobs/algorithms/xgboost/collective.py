"""XGBoost's own collective: the hosts of a job meet at a tracker on the first one, and then talk with each other.

xgboost.readthedocs.io/en/stable/python/python_api.html, module xgboost.collective. Peers of a training job reach each
other under network isolation too: docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html.
"""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import numpy.typing as npt
from xgboost import collective
from xgboost.core import XGBoostError
from xgboost.tracker import RabitTracker

from jobs.algorithms.xgboost.checkpoint import Progress
from jobs.cluster import Cluster
from jobs.errors import JobError

# A host's name may not resolve at once:
# docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
SECONDS_TO_RESOLVE = 120.0
# XGBoost waits longer after each try; nine take more than eight minutes, in which every host has its data.
TRIES = 9
_FIRST_PORT, _PORTS = 20_000, 12_000


@contextmanager
def joined(cluster: Cluster) -> Iterator[None]:
    """Be one of the hosts, numbered as in `hosts`; alone, there is nothing to join."""
    if cluster.alone:
        yield
        return
    address, number = _address(cluster.hosts[0]), port()
    print(f"host {cluster.rank + 1} of {len(cluster.hosts)} joins at {cluster.hosts[0]}:{number}", flush=True)
    with _tracker(address, number, len(cluster.hosts)) if cluster.leads else nullcontext():
        _join(cluster, address, number)
        try:
            yield
        finally:
            collective.finalize()


@contextmanager
def _tracker(address: str, number: int, hosts: int) -> Iterator[None]:
    """The tracker, which ends when every host has left."""
    tracker = RabitTracker(n_workers=hosts, host_ip=address, port=number, sortby="task")
    tracker.start()
    yield
    tracker.wait_for()


def shared(progress: Progress | None) -> Progress:
    """The first host's progress, on every host; the others give none."""
    found = collective.broadcast(progress, 0)
    if found is None:
        raise AssertionError("the first host gave no progress")
    return found


def any_of(fact: bool) -> bool:
    """Whether it is so on any host."""
    return bool(collective.allreduce(np.array([fact], dtype=np.uint8), collective.Op.MAX)[0])


def total(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The sum over all hosts."""
    return collective.allreduce(counts, collective.Op.SUM)


def port() -> int:
    """The tracker's: every host derives it from the job's name, and two jobs on one machine do not meet."""
    name = os.environ.get("TRAINING_JOB_NAME", "")
    return _FIRST_PORT + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % _PORTS


def _join(cluster: Cluster, address: str, number: int) -> None:
    try:
        collective.init(
            dmlc_communicator="rabit",
            dmlc_tracker_uri=address,
            dmlc_tracker_port=number,
            # The tracker sorts hosts by this text, so that ranks are those of the hosts' list.
            dmlc_task_id=f"{cluster.rank:05}",
            dmlc_retry=TRIES,
        )
    except XGBoostError as error:
        raise JobError(f"{cluster.current} did not reach {cluster.hosts[0]}:{number}: {error}") from error


def _address(host: str) -> str:
    """The address of a host's name."""
    deadline = time.monotonic() + SECONDS_TO_RESOLVE
    while True:
        try:
            return socket.gethostbyname(host)
        except OSError as error:
            if time.monotonic() >= deadline:
                raise JobError(f"expected an address of the host {host}, found none: {error}") from error
            time.sleep(1)
