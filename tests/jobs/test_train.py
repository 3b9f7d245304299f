from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import xgboost as xgb

from jobs import model, train
from jobs.algorithms import xgboost
from jobs.algorithms.xgboost.checkpoint import Progress
from jobs.errors import HyperparameterError, JobError, ModelError, TableError


@pytest.fixture
def job(trained: Path, container: Path) -> Path:
    """A training job's folder with its channels and few rounds."""
    for channel in ("train", "validation", "encoder"):
        shutil.copytree(trained / "prepared" / channel, container / "input" / "data" / channel)
    (container / "input" / "config").mkdir()
    choose(container, num_round="12", early_stopping_rounds="12")
    return container


def choose(job: Path, **values: str) -> None:
    (job / "input" / "config" / "hyperparameters.json").write_text(json.dumps(values))


def rounds(job: Path) -> int:
    """The rounds in the model that the job left."""
    booster = xgb.Booster(model_file=job / "model" / xgboost.FILE)
    return int(booster.num_boosted_rounds())


def test_a_model_is_trained_and_described(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train.main()
    description = model.load(job / "model").description
    assert description["hyperparameters"]["num_round"] == 12
    assert description["metrics"]["validation-roc_auc"] > 0.7
    assert sum(description["importance"].values()) == pytest.approx(1)
    assert next(iter(description["importance"])) in ("contract", "day_minutes", "service_calls")
    assert "kept 12 of 12 rounds: num_round reached" in capsys.readouterr().out


def test_metrics_are_printed_as_the_metric_definitions_match_them(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train.main()
    lines = capsys.readouterr().out
    assert len(re.findall(r"validation-roc_auc=([0-9.eE+-]+)", lines)) == 12
    assert len(re.findall(r"validation-log_loss=([0-9.eE+-]+)", lines)) == 12


def test_the_same_seed_trains_the_same_model(job: Path) -> None:
    train.main()
    first = (job / "model" / "model.ubj").read_bytes()
    shutil.rmtree(job / "checkpoints")
    train.main()
    assert (job / "model" / "model.ubj").read_bytes() == first


def test_training_stops_when_validation_gains_nothing(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    choose(job, eta="1", max_depth="12", early_stopping_rounds="2")
    train.main()
    assert "no gain in 2 rounds" in capsys.readouterr().out
    description = model.load(job / "model").description
    assert rounds(job) == description["rounds"]


def test_sigterm_keeps_the_model_so_far(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    add = Progress.add

    def interrupt(self: Progress, measured: dict[str, float]) -> None:
        add(self, measured)
        if self.rounds == 5:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Progress, "add", interrupt)
    try:
        train.main()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert model.load(job / "model").description["stopped"] == "stopped by SIGTERM"
    assert rounds(job) <= 5


def test_an_interrupted_job_goes_on_from_its_checkpoint(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    choose(job, num_round="5")
    train.main()
    choose(job, num_round="9")
    train.main()
    lines = capsys.readouterr().out
    assert "resuming from a checkpoint of 5 rounds" in lines
    assert lines.count("[4] ") == 1
    assert "kept 9 of 9 rounds" in lines
    assert [file.name for file in (job / "checkpoints").glob("*.ubj")] == ["round-9.ubj"]


def test_balanced_classes_weigh_the_same() -> None:
    labels = np.array([0, 0, 0, 1], dtype=np.int32)
    weights = xgboost.class_weights(labels, np.bincount(labels))
    assert weights[labels == 0].sum() == pytest.approx(weights[labels == 1].sum())
    assert weights.sum() == pytest.approx(4)


def test_a_balanced_model_finds_more_of_the_rare_class(job: Path, trained: Path) -> None:
    choose(job, num_round="12", class_weight="balanced")
    train.main()
    row = ["TX", 100, "one year", "cheque", True, False, False, 0, 180, 100, 200, 100, 200, 9, 4, 55, 2]
    assert score(job / "model", row) > score(trained / "model", row)


def score(folder: Path, row: list[object]) -> float:
    return float(model.load(folder).predict([row])[0]["score"])


def test_a_wrong_hyperparameter_ends_the_job(job: Path) -> None:
    choose(job, eta="2")
    with pytest.raises(HyperparameterError, match=r"^eta: expected a number above 0 to 1, found 2$"):
        train.main()


def test_a_missing_channel_is_named(job: Path) -> None:
    shutil.rmtree(job / "input" / "data" / "validation")
    with pytest.raises(TableError, match=r"^channel 'validation' holds no \.csv file; Prepare makes it$"):
        train.main()


def test_a_missing_encoder_is_named(job: Path) -> None:
    shutil.rmtree(job / "input" / "data" / "encoder")
    with pytest.raises(ModelError, match=r"^expected the model's encoder at"):
        train.main()


def test_columns_other_than_the_encoders_are_refused(job: Path) -> None:
    (job / "input" / "data" / "train" / "train.csv").write_text("a,churn\n1,0\n")
    with pytest.raises(TableError, match=r"^train\.csv: expected the columns of the encoder, found a, churn$"):
        train.main()


def test_an_unknown_algorithm_is_refused_by_name(job: Path) -> None:
    choose(job, algorithm="oracle")
    with pytest.raises(ModelError, match=r"^expected an algorithm of .*xgboost.*, found 'oracle'$"):
        train.main()


def test_an_algorithm_of_one_instance_refuses_several(job: Path) -> None:
    choose(job, algorithm="logistic_regression")
    hosts = {"hosts": ["algo-1", "algo-2"], "current_host": "algo-1"}
    (job / "input" / "config" / "resourceconfig.json").write_text(json.dumps(hosts))
    expected = r"^expected InstanceCount 1, found 2; logistic_regression trains on one instance$"
    with pytest.raises(JobError, match=expected):
        train.main()
