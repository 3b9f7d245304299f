from __future__ import annotations

import csv
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
import xgboost as xgb

from jobs import evaluate, heldout
from jobs.errors import ModelError, TableError


@pytest.fixture
def job(trained: Path, container: Path) -> Path:
    """An evaluation job's inputs: a model, held-out rows, a configuration; no champion."""
    inputs = container / "processing" / "input"
    shutil.copytree(trained / "prepared" / "holdout", inputs / "holdout")
    shutil.copytree(trained / "config", inputs / "config")
    (inputs / "model").mkdir()
    shutil.copy(trained / "model.tar.gz", inputs / "model")
    return inputs


def evaluation(job: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((job.parent / "output" / "report" / "evaluation.json").read_text())
    return document


def add_champion(job: Path, trained: Path, **encoder_changes: Any) -> None:
    """The trained model as champion, with changes to its encoder.json."""
    folder = job.parent / "champion"
    shutil.copytree(trained / "model", folder)
    encoder = json.loads((folder / "encoder.json").read_text())
    (folder / "encoder.json").write_text(json.dumps(encoder | encoder_changes))
    (job / "champion").mkdir()
    with tarfile.open(job / "champion" / "model.tar.gz", "w:gz") as archive:
        for file in folder.iterdir():
            archive.add(file, file.name)


def test_a_candidate_is_measured_on_the_held_out_rows(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate.main()
    found = evaluation(job)
    assert set(found["metrics"]) == {"accuracy", "precision", "recall", "f1", "roc_auc", "log_loss"}
    assert found["metrics"]["roc_auc"] > 0.75
    assert found["rows"] == sum(map(sum, found["confusionMatrix"]))
    assert found["classes"] == ["no", "yes"]
    assert found["champion"] is None
    assert "test-roc_auc=0." in capsys.readouterr().out


def test_a_champion_is_measured_on_the_same_rows(job: Path, trained: Path) -> None:
    add_champion(job, trained)
    evaluate.main()
    found = evaluation(job)
    assert found["champion"]["metrics"] == found["metrics"]


def test_a_champion_with_an_encoder_of_its_own_sees_its_own_columns(job: Path, trained: Path) -> None:
    encoder = json.loads((trained / "model" / "encoder.json").read_text())
    swapped = [encoder["features"][1], encoder["features"][0], *encoder["features"][2:]]
    add_champion(job, trained, features=swapped)
    evaluate.main()
    found = evaluation(job)
    assert found["champion"]["metrics"]["roc_auc"] != found["metrics"]["roc_auc"]


def test_a_champion_of_other_classes_is_said_to_be_incomparable(
    job: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_champion(job, trained, classes=["stays", "leaves"])
    evaluate.main()
    assert evaluation(job)["champion"] is None
    assert evaluation(job)["championFault"] == "the champion's classes are stays, leaves"
    assert "the champion cannot be measured on these rows: the champion's classes are" in capsys.readouterr().out


def test_a_champion_that_needs_a_lost_column_is_said_to_be_incomparable(job: Path, trained: Path) -> None:
    encoder = json.loads((trained / "model" / "encoder.json").read_text())
    encoder["features"][1]["column"] = "shoe_size"
    add_champion(job, trained, features=encoder["features"])
    evaluate.main()
    assert evaluation(job)["championFault"] == "the model needs column 'shoe_size', which the held-out rows do not have"


def test_an_empty_champion_folder_means_no_champion(job: Path) -> None:
    (job / "champion").mkdir()
    evaluate.main()
    assert evaluation(job)["champion"] is None


def test_batches_change_nothing(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate.main()
    whole = evaluation(job)
    monkeypatch.setattr(heldout, "BATCH", 7)
    evaluate.main()
    assert evaluation(job) == whole


def test_a_missing_model_is_named(job: Path) -> None:
    (job / "model" / "model.tar.gz").unlink()
    with pytest.raises(ModelError, match=r"^expected a trained model at .*model\.tar\.gz, found nothing$"):
        evaluate.main()


def test_no_held_out_rows_are_refused(job: Path) -> None:
    (job / "holdout" / "holdout.csv").write_text("a,churn\n")
    with pytest.raises(TableError, match=r"^there are no held-out rows to measure a model on$"):
        evaluate.main()


def test_an_unknown_class_among_the_rows_is_refused(job: Path) -> None:
    file = job / "holdout" / "holdout.csv"
    with file.open(newline="") as lines:
        rows = list(csv.reader(lines))
    rows[1][-1] = "perhaps"
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows(rows)
    with pytest.raises(ModelError, match=r"^the model does not know class 'perhaps' of the held-out rows$"):
        evaluate.main()


def test_an_archive_that_climbs_out_of_its_folder_is_refused(job: Path, tmp_path: Path) -> None:
    with tarfile.open(job / "model" / "model.tar.gz", "w:gz") as archive:
        archive.add(job / "config" / "execution.json", "../../outside.json")
    with pytest.raises(ModelError, match=r"^model\.tar\.gz cannot be unpacked: "):
        evaluate.main()


def test_an_archive_that_is_none_is_refused(job: Path) -> None:
    (job / "model" / "model.tar.gz").write_bytes(b"not an archive")
    with pytest.raises(ModelError, match=r"^model\.tar\.gz cannot be unpacked: "):
        evaluate.main()


def built_in(job: Path, trained: Path, name: str, encoder: str) -> None:
    """The trained booster as SageMaker's own image leaves it, and the encoder beside it as Prepare did."""
    booster = xgb.Booster(model_file=trained / "model" / "model.ubj")
    booster.set_attr(best_iteration=str(booster.num_boosted_rounds() - 1))
    file = job.parent / "xgboost-model"
    booster.save_model(f"{file}.ubj")
    (job / name).mkdir(exist_ok=True)
    with tarfile.open(job / name / "model.tar.gz", "w:gz") as archive:
        archive.add(f"{file}.ubj", "xgboost-model")
    shutil.copytree(trained / "prepared" / "encoder", job / encoder)


def test_a_model_of_sagemakers_own_image_is_measured_as_ours_is(job: Path, trained: Path) -> None:
    evaluate.main()
    expected = evaluation(job)["metrics"]
    built_in(job, trained, "model", "encoder")
    evaluate.main()
    assert evaluation(job)["metrics"] == pytest.approx(expected)
    report = (job.parent / "output" / "report" / "report.html").read_text()
    assert "XGBoost, by SageMaker&#x27;s own image" in report


def test_a_champion_of_sagemakers_own_image_is_measured_beside_ours(job: Path, trained: Path) -> None:
    built_in(job, trained, "champion", "champion-encoder")
    evaluate.main()
    found = evaluation(job)
    assert found["champion"]["metrics"] == pytest.approx(found["metrics"])
