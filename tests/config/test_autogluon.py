"""The archive of the scripts that run in AWS's AutoGluon images."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from config import autogluon, aws_images


def test_the_archive_has_the_scripts_at_its_top() -> None:
    with tarfile.open(fileobj=io.BytesIO(autogluon.archive()), mode="r:gz") as opened:
        assert {"train.py", "inference.py"} <= set(opened.getnames())


def test_the_same_scripts_are_the_same_archive_under_the_same_key(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("print(1)\n")
    first, key = autogluon.archive(tmp_path), autogluon.key(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "train.pyc").write_bytes(b"noise")
    assert (autogluon.archive(tmp_path), autogluon.key(tmp_path)) == (first, key)
    (tmp_path / "train.py").write_text("print(2)\n")
    assert autogluon.key(tmp_path) != key


def test_the_images_are_awss_in_every_region_that_is_known() -> None:
    found = aws_images.uri("autogluon-training", "eu-west-1")
    assert found == "763104351884.dkr.ecr.eu-west-1.amazonaws.com/autogluon-training:1.5.0-cpu-py311-ubuntu22.04"


def test_a_region_without_the_images_has_no_direct_flow() -> None:
    assert autogluon.direct_parameters("me-south-1") == {}
    assert autogluon.direct_parameters("us-east-1")["AutogluonSourceKey"] == autogluon.key()
