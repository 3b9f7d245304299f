from __future__ import annotations

import io
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from slipway import seed
from slipway.errors import BadInput


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    (tmp_path / "build.sh").write_text("#!/bin/sh\n")
    (tmp_path / "build.sh").chmod(0o755)
    return tmp_path


def names(made: seed.Seed) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(made.content)).namelist()


def test_the_same_files_give_the_same_bytes(bundle: Path) -> None:
    first = seed.make(bundle)
    os.utime(bundle / "template.yaml", (1, 1))
    assert seed.make(bundle) == first


def test_a_git_checkout_gives_its_tracked_files_only(bundle: Path) -> None:
    (bundle / "secret.txt").write_text("not tracked")
    subprocess.run(["git", "init", "--quiet"], cwd=bundle, check=True)
    subprocess.run(["git", "add", "template.yaml"], cwd=bundle, check=True)
    assert names(seed.make(bundle)) == ["template.yaml"]


def test_a_plain_folder_gives_everything_but_environments_and_caches(bundle: Path) -> None:
    for name in (".venv/x", ".slipway/y", "jobs/__pycache__/z.pyc", ".ruff_cache/w"):
        (bundle / name).parent.mkdir(parents=True)
        (bundle / name).write_text("x")
    assert names(seed.make(bundle)) == ["build.sh", "template.yaml"]


def test_executable_files_stay_executable(bundle: Path) -> None:
    entry = zipfile.ZipFile(io.BytesIO(seed.make(bundle).content)).getinfo("build.sh")
    assert entry.external_attr >> 16 & 0o111


def test_an_empty_file_is_refused_by_name(bundle: Path) -> None:
    (bundle / "__init__.py").touch()
    with pytest.raises(BadInput, match=r"__init__.py is empty, and CodeCommit refuses to be seeded with an empty file"):
        seed.make(bundle)


def test_a_folder_without_a_template_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no template\.yaml; run this in the bundle's folder"):
        seed.make(tmp_path)


def test_more_than_twenty_megabytes_are_refused(bundle: Path) -> None:
    (bundle / "data.bin").write_bytes(os.urandom(seed.LIMIT_BYTES + 1))
    with pytest.raises(BadInput, match="CodeCommit is seeded with 20,971,520 at most"):
        seed.make(bundle)


def test_replaced_contents_take_the_place_of_files(bundle: Path) -> None:
    made = seed.make(bundle, {"template.yaml": b"other"})
    assert zipfile.ZipFile(io.BytesIO(made.content)).read("template.yaml") == b"other"
