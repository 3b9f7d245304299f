from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jobs import encoder, prepare, settings
from jobs.errors import ConfigurationError


def test_the_outputs_are_those_of_the_contract(trained: Path) -> None:
    prepared = trained / "prepared"
    files = sorted(str(file.relative_to(prepared)) for file in prepared.rglob("*") if file.is_file())
    assert files == [
        "encoder/encoder.json",
        "encoder/model.tar.gz",
        "features/features.csv",
        "holdout/holdout.csv",
        "test/test.csv",
        "train/train.csv",
        "validation/validation.csv",
    ]


def test_the_parts_are_encoded_alike_and_the_holdout_is_raw(trained: Path) -> None:
    prepared = trained / "prepared"
    learnt = encoder.load(prepared / "encoder")
    for part in ("train", "validation", "test"):
        assert pl.read_csv(prepared / part / f"{part}.csv").columns == [*learnt.names, "churn"]
    holdout = pl.read_csv(prepared / "holdout" / "holdout.csv")
    assert tuple(holdout.columns) == settings.load(trained / "config").header
    assert holdout.height == pl.read_csv(prepared / "test" / "test.csv").height


def test_the_encoder_knows_training_rows_only(trained: Path) -> None:
    learnt = encoder.load(trained / "prepared" / "encoder")
    train = pl.read_csv(trained / "prepared" / "train" / "train.csv")
    assert all(train[name].sum() > 0 for name in learnt.names if "=" in name)
    minutes = next(feature for feature in learnt.features if feature.column == "day_minutes")
    assert minutes.fill == pytest.approx(train["day_minutes"].median())


def test_preparing_twice_gives_the_same_bytes(trained: Path, container: Path) -> None:
    shutil.copytree(trained / "processing" / "input", container / "processing" / "input")
    prepare.main()
    for file in (trained / "prepared").rglob("*.*"):
        again = container / "processing" / "output" / file.relative_to(trained / "prepared")
        assert again.read_bytes() == file.read_bytes()


def test_a_missing_configuration_is_named(container: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^expected the run's configuration at .*execution\.json, found nothing$"
    ):
        prepare.main()


def test_an_unresolved_configuration_is_refused(container: Path) -> None:
    folder = container / "processing" / "input" / "config"
    folder.mkdir(parents=True)
    (folder / "execution.json").write_text('{"config": {"dataset": {}}}')
    with pytest.raises(ConfigurationError, match=r"^execution\.json lacks 'prepare'; it must hold"):
        prepare.main()


def test_the_encoder_is_packed_as_a_model_too(trained: Path, tmp_path: Path) -> None:
    folder = trained / "prepared" / "encoder"
    with tarfile.open(folder / "model.tar.gz") as archive:
        packed = archive.extractfile("encoder.json")
        assert packed
        assert packed.read() == (folder / "encoder.json").read_bytes()


def test_sagemakers_own_algorithm_gets_the_same_rows_target_first_without_header(
    trained: Path, container: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained / "processing" / "input", container / "processing" / "input")
    config = container / "processing" / "input" / "config" / "execution.json"
    document = json.loads(config.read_text())
    document["config"]["train"] = {"engine": "xgboost", "instanceCount": 2}
    config.write_text(json.dumps(document))
    prepare.main()
    folder = container / "processing" / "output" / "train"
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["train-1.csv", "train-2.csv"]
    shares = [np.loadtxt(file, delimiter=",", dtype=np.float32) for file in files]
    ours = np.loadtxt(trained / "prepared" / "train" / "train.csv", delimiter=",", skiprows=1, dtype=np.float32)
    together = np.empty_like(ours)
    together[0::2], together[1::2] = shares
    assert (together == np.roll(ours, 1, axis=1)).all()


def test_models_that_encode_by_themselves_get_raw_rows_and_hold_out_their_own(container: Path, trained: Path) -> None:
    inputs = container / "processing" / "input"
    shutil.copytree(trained / "processing" / "input" / "dataset", inputs / "dataset")
    shutil.copytree(trained / "config", inputs / "config")
    document = json.loads((inputs / "config" / "execution.json").read_text())
    document["config"]["train"]["engine"] = "autogluon"
    (inputs / "config" / "execution.json").write_text(json.dumps(document))
    prepare.main()
    output = container / "processing" / "output"
    assert sorted(file.name for file in (output / "train").iterdir()) == ["train.csv", "validation.csv"]
    assert list((output / "validation").iterdir()) == []
    header = (output / "test" / "test.csv").read_text().splitlines()[0].split(",")
    assert header[0] == "state"
    assert header[-1] == "churn"
    held_out = (output / "holdout" / "holdout.csv").read_text().splitlines()
    assert len((output / "features" / "features.csv").read_text().splitlines()) == len(held_out) - 1
