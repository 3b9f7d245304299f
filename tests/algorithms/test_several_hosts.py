"""XGBoost on several hosts: processes of this machine, each with its own folder, as the hosts of a training job."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from jobs import encoder as encoders
from jobs import model, paths
from jobs.algorithms.xgboost import collective
from jobs.channels import Channels
from jobs.cluster import Cluster, load
from jobs.errors import JobError
from tests.algorithms.conftest import Make, train_by

# Names that resolve to this machine; a job's hosts sort by them.
HOSTS = ("127.0.0.1", "localhost", "127.00.00.01")
# Without sampling, so that the hosts together draw what one draws.
WHOLE = {"subsample": "1", "colsample_bytree": "1", "num_round": "8", "early_stopping_rounds": "8"}
Run = Callable[..., list[subprocess.Popen[str]]]


@pytest.fixture
def start(container: Path) -> Run:
    """Start a process a host; each has a copy of the channels, as FullyReplicated gives them."""

    def start(hosts: int, **hyperparameters: str) -> list[subprocess.Popen[str]]:
        names, job = list(HOSTS[:hosts]), f"job-{uuid.uuid4()}"
        started = []
        for number, name in enumerate(names):
            base = container / name
            if not base.exists():
                shutil.copytree(container / "input", base / "input")
            config = base / "input" / "config"
            (config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
            (config / "resourceconfig.json").write_text(json.dumps({"hosts": names, "current_host": name}))
            environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(base), "TRAINING_JOB_NAME": job}
            started.append(
                subprocess.Popen(
                    [sys.executable, "-W", "ignore", "-m", "jobs", "train"],
                    env={**environment, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    # One thread each: several on the same cores wait for each other.
                    preexec_fn=partial(os.sched_setaffinity, 0, {number % len(os.sched_getaffinity(0))}),
                )
            )
        return started

    return start


def ended(started: list[subprocess.Popen[str]]) -> list[str]:
    """Wait for the hosts, which must succeed; their logs."""
    # One that fails leaves the others waiting, which SageMaker then ends.
    while all(process.poll() is None for process in started):
        time.sleep(0.05)
    if any(process.poll() for process in started):
        for process in started:
            process.kill()
    logs = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(started), logs
    return logs


def scores(folder: Path) -> np.ndarray:
    """The answers of a model for the validation rows of the job."""
    encoder = encoders.load(paths.channel("encoder"))
    matrix = Channels(encoder, Cluster(("algo-1",), "algo-1")).rows("validation").matrix
    return model.load(folder).learnt.probabilities(matrix)


@pytest.mark.parametrize(("task", "hosts"), [("binary", 2), ("multiclass", 2), ("binary", 3)])
def test_several_hosts_train_what_one_trains(task: str, hosts: int, prepared: Make, start: Run) -> None:
    container = prepared(task, rows=901)
    alone = model.load(train_by(container, "xgboost", class_weight="balanced", **WHOLE))
    ended(start(hosts, class_weight="balanced", **WHOLE))
    together = model.load(container / HOSTS[0] / "model")
    assert together.description["rows"] == alone.description["rows"]
    assert together.description["rounds"] == alone.description["rounds"]
    for name in ("validation-roc_auc", "validation-log_loss"):
        assert together.description["metrics"][name] == pytest.approx(alone.description["metrics"][name], abs=0.005)
    assert scores(container / HOSTS[0] / "model") == pytest.approx(scores(container / "model"), abs=0.02)


def test_the_first_host_reports_and_saves_and_the_others_only_help(prepared: Make, start: Run) -> None:
    container = prepared("binary")
    first, second = ended(start(2, **WHOLE))
    assert len(re.findall(r"validation-log_loss=", first)) == 8
    assert "validation-log_loss=" not in second
    assert "host 2 of 2 joins at 127.0.0.1:" in second
    assert (container / HOSTS[0] / "checkpoints" / "progress.json").exists()
    assert [path for path in (container / HOSTS[1]).rglob("*") if path.suffix == ".ubj"] == []
    assert not (container / HOSTS[1] / "model").exists()


def test_early_stopping_ends_all_hosts_at_the_same_round(prepared: Make, start: Run) -> None:
    prepared("binary")
    logs = ended(start(2, eta="1", max_depth="12", early_stopping_rounds="2"))
    (first,), (second,) = (re.findall(r"kept \d+ of \d+ rounds: no gain in 2 rounds", log) for log in logs)
    assert first == second


def test_a_sigterm_for_one_host_ends_all_with_the_model_so_far(prepared: Make, start: Run) -> None:
    container = prepared("binary")
    started = start(2, num_round="10000", early_stopping_rounds="1000", eta="0.0001")
    assert started[0].stdout is not None
    while "[1] " not in started[0].stdout.readline():
        assert started[0].poll() is None
    started[1].send_signal(signal.SIGTERM)
    first, second = ended(started)
    assert re.findall(r"of (\d+) rounds: stopped by SIGTERM", first) == re.findall(
        r"of (\d+) rounds: stopped by", second
    )
    assert model.load(container / HOSTS[0] / "model").description["stopped"] == "stopped by SIGTERM"


def test_all_hosts_go_on_from_the_first_hosts_checkpoint(prepared: Make, start: Run) -> None:
    prepared("binary")
    ended(start(2, **{**WHOLE, "num_round": "3"}))
    first, second = ended(start(2, **{**WHOLE, "num_round": "5"}))
    assert "resuming from a checkpoint of 3 rounds" in first
    assert first.count("[2] ") == 0
    assert "kept 5 of 5 rounds" in first
    assert "kept 5 of 5 rounds" in second


def test_shares_are_as_large_as_each_other_and_are_all_rows(prepared: Make) -> None:
    prepared("binary", rows=301)
    encoder, hosts = encoders.load(paths.channel("encoder")), ("algo-1", "algo-2", "algo-3")
    whole = Channels(encoder, Cluster(("algo-1",), "algo-1")).rows("train")
    channels = [Channels(encoder, Cluster(hosts, host)) for host in hosts]
    parts = [channel.rows("train", shared=True) for channel in channels]
    assert {channel.rows_of["train"] for channel in channels} == {len(whole.labels)}
    sizes = [len(part.labels) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    again = np.empty_like(whole.matrix)
    for rank, part in enumerate(parts):
        again[rank::3] = part.matrix
    assert np.array_equal(again, whole.matrix)


def test_hosts_are_numbered_alike_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "resourceconfig.json"
    file.write_text(json.dumps({"hosts": ["algo-10", "algo-2", "algo-1"], "current_host": "algo-10"}))
    cluster = load(file)
    assert cluster.hosts == ("algo-1", "algo-2", "algo-10")
    assert (cluster.rank, cluster.leads, cluster.alone) == (2, False, False)


def test_a_host_without_an_address_ends_the_job_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collective, "SECONDS_TO_RESOLVE", 0)
    cluster = Cluster(("algo-1.invalid", "algo-2.invalid"), "algo-2.invalid")
    with (
        pytest.raises(JobError, match=r"^expected an address of the host algo-1\.invalid, found none: "),
        collective.joined(cluster),
    ):
        pass


def test_a_first_host_that_does_not_answer_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collective, "TRIES", 1)
    monkeypatch.setenv("TRAINING_JOB_NAME", f"job-{uuid.uuid4()}")
    cluster = Cluster(("127.0.0.1", "localhost"), "localhost")
    with pytest.raises(JobError, match=r"^localhost did not reach 127\.0\.0\.1:\d+: "), collective.joined(cluster):
        pass


def test_jobs_of_other_names_meet_at_other_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINING_JOB_NAME", "shop-train-1")
    first = collective.port()
    assert first == collective.port()
    monkeypatch.setenv("TRAINING_JOB_NAME", "shop-train-2")
    assert first != collective.port()
    assert 20_000 <= first < 32_000
