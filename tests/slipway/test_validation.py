"""A configuration is checked by the bundle's own rules before a run is spent on it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from slipway import git, validation
from slipway.errors import BadInput
from slipway.validation import CONFIG

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bundle() -> dict[str, bytes]:
    return validation.files(ROOT)


def test_the_bundle_as_it_is_passes(bundle: dict[str, bytes]) -> None:
    validation.check(bundle)


def test_a_wrong_value_is_told_as_build_would(bundle: dict[str, bytes]) -> None:
    configuration = json.loads(bundle[CONFIG])
    configuration["train"]["hyperparameters"]["max_depth"] = 500
    with pytest.raises(BadInput) as refused:
        validation.check({**bundle, CONFIG: json.dumps(configuration).encode()})
    assert str(refused.value) == (
        "config/ml-pipeline.json would fail in Build: ml-pipeline.json is not valid:\n"
        "  $.train.hyperparameters.max_depth: found 500; allowed: 20 or less"
    )


def test_what_is_no_bundle_is_not_checked() -> None:
    validation.check({CONFIG: b"not JSON"})


def test_what_is_checked_of_a_checkout_is_its_head(tmp_path: Path) -> None:
    for command in (["init", "--quiet"], ["config", "user.name", "P"], ["config", "user.email", "p@example.com"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/ml-pipeline.json").write_text("{}")
    (tmp_path / "README.md").write_text("no")
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    subprocess.run(["git", "commit", "--quiet", "--message", "one"], cwd=tmp_path, check=True)
    (tmp_path / "config/ml-pipeline.json").write_text("changed since")
    assert git.files_of_head(tmp_path, validation.FOLDERS) == {CONFIG: b"{}"}


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no git checkout with a commit"):
        git.files_of_head(tmp_path, validation.FOLDERS)
