"""Models that only their own containers can ask, in Evaluate."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from jobs import evaluate, settings
from jobs import model as models
from jobs.errors import ModelError
from jobs.heldout import batches

BOARD = "model,score_test,score_val,eval_metric,pred_time_test,fit_time\nGBM,0.91,0.9,a,0.01,1.5\nRF,0.8,0.7,a,1,2\n"
IMPORTANCE = "feature,importance,stddev\nday_minutes,0.3,0.1\nstate,0.1,0.1\nnight_minutes,-0.05,0.1\n"


@pytest.fixture
def job(trained: Path, container: Path) -> Path:
    """An evaluation job's inputs: the answers of a model, held-out rows, a configuration; no champion."""
    inputs = container / "processing" / "input"
    for name in ("holdout", "encoder"):
        shutil.copytree(trained / "prepared" / name, inputs / name)
    document = json.loads((trained / "config" / "execution.json").read_text())
    arguments = {"init_args": json.dumps({"label": "churn"}), "fit_args": json.dumps({"time_limit": 60})}
    document["training"]["hyperParameters"] = {"sagemaker_program": "train.py", **arguments}
    (inputs / "config").mkdir()
    (inputs / "config" / "execution.json").write_text(json.dumps(document))
    answer(trained, inputs, "predictions")
    return inputs


def answer(trained: Path, inputs: Path, name: str) -> None:
    """What the trained model answers, as a transform job leaves it."""
    model = models.load(trained / "model")
    rows = [row for batch in batches(trained / "prepared" / "holdout") for row in batch]
    said = model.predict([[row[column] for column in model.encoder.columns] for row in rows])
    (inputs / name).mkdir()
    text = "".join(f"{one['label']},{one['score']}\n" for one in said)
    (inputs / name / "features.csv.out").write_text(text + "\n")


def pack(folder: Path, **files: str) -> None:
    folder.mkdir()
    with tarfile.open(folder / "output.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{name}.csv")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))


def evaluation(job: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((job.parent / "output" / "report" / "evaluation.json").read_text())
    return document


def page(job: Path) -> str:
    return (job.parent / "output" / "report" / "report.html").read_text()


def test_answers_measure_a_model_as_the_model_itself_does(job: Path, trained: Path) -> None:
    evaluate.main()
    ours = evaluate.measure(
        models.load(trained / "model"), trained / "prepared" / "holdout", settings.load(trained / "config")
    )
    found = evaluation(job)
    assert found["metrics"] == pytest.approx(ours.metrics(), abs=1e-6)
    assert found["confusionMatrix"] == ours.confusion()


def test_the_report_shows_leaderboard_and_importance_where_there_are_any(job: Path) -> None:
    evaluate.main()
    assert "Leaderboard" not in page(job)
    pack(job / "findings", leaderboard=BOARD, feature_importance=IMPORTANCE)
    evaluate.main()
    assert "<td>GBM</td><td>0.91</td><td>0.9</td><td>1.5</td><td>0.01</td>" in page(job)
    assert "2 models tried" in page(job)
    assert "day_minutes" in page(job)
    assert "<dt>time_limit</dt><dd>60</dd>" in page(job)
    assert "Rounds kept" not in page(job)


def test_a_champion_is_measured_by_its_answers(job: Path, trained: Path) -> None:
    answer(trained, job, "champion-predictions")
    shutil.copytree(job / "encoder", job / "champion-encoder")
    evaluate.main()
    assert evaluation(job)["champion"]["metrics"] == evaluation(job)["metrics"]


def test_why_a_champion_did_not_answer_is_said(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMPION_FAULT", "Predict: ClientError: 3 columns")
    evaluate.main()
    assert evaluation(job)["champion"] is None
    assert evaluation(job)["championFault"] == "Predict: ClientError: 3 columns"


def test_a_champion_of_other_columns_is_said_to_be_incomparable(job: Path, trained: Path) -> None:
    answer(trained, job, "champion-predictions")
    shutil.copytree(job / "encoder", job / "champion-encoder")
    file = job / "champion-encoder" / "encoder.json"
    document = json.loads(file.read_text())
    document["features"].reverse()
    file.write_text(json.dumps(document))
    evaluate.main()
    assert evaluation(job)["championFault"].startswith("the model's columns are service_calls, monthly_charge")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("yes", "expected a label and a score as the model's answer, found 'yes'", id="no score"),
        pytest.param("yes,high", "expected a label and a score as the model's answer, found 'yes,high'", id="a word"),
        pytest.param("perhaps,0.5", "expected one of no, yes and a probability .* found 'perhaps,0.5'", id="a label"),
        pytest.param("yes,1.5", "expected one of no, yes and a probability .* found 'yes,1.5'", id="no probability"),
    ],
)
def test_an_answer_that_is_none_is_quoted(job: Path, line: str, message: str) -> None:
    (job / "predictions" / "features.csv.out").write_text(line)
    with pytest.raises(ModelError, match=message):
        evaluate.main()


def test_a_row_without_an_answer_is_missed(job: Path) -> None:
    file = job / "predictions" / "features.csv.out"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(lines[1:]))
    with (job / "holdout" / "holdout.csv").open(newline="") as rows:
        count = sum(1 for _ in csv.reader(rows)) - 1
    with pytest.raises(ModelError, match=f"the model gave {count - 1} answers to {count} held-out rows"):
        evaluate.main()
