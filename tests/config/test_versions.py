"""config.versions: the same content has the same identity, and nothing else has."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import versions

CONFIGURATION: dict[str, Any] = {"dataset": {"seed": 1}, "prepare": {}, "train": {}, "evaluate": {}, "serving": {}}


def key(configuration: dict[str, Any]) -> str:
    return versions.training_key("d", "j", "i", {"image": "t"}, configuration)


@given(st.lists(st.binary()))
def test_a_version_does_not_depend_on_how_the_data_is_read(chunks: list[bytes]) -> None:
    expected = hashlib.sha256(b"".join(chunks)).hexdigest()[:16]
    assert versions.data_version(chunks) == expected


def test_a_folders_hash_changes_with_a_name_and_with_content_and_not_with_a_cache(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("1")
    first = versions.content_hash(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "train.pyc").write_text("x")
    assert versions.content_hash(tmp_path) == first
    (tmp_path / "train.py").write_text("2")
    second = versions.content_hash(tmp_path)
    (tmp_path / "train.py").rename(tmp_path / "fit.py")
    assert len({first, second, versions.content_hash(tmp_path)}) == 3


def test_a_byte_that_moves_from_one_file_to_the_next_is_a_change(tmp_path: Path) -> None:
    for folder, contents in (("a", ("12", "3")), ("b", ("1", "23"))):
        (tmp_path / folder).mkdir()
        for name, content in zip("xy", contents, strict=True):
            (tmp_path / folder / name).write_text(content)
    assert versions.content_hash(tmp_path / "a") != versions.content_hash(tmp_path / "b")


@pytest.mark.parametrize("part", ["dataset", "prepare", "train", "evaluate"])
def test_a_training_depends_on_what_makes_the_model(part: str) -> None:
    changed = {**CONFIGURATION, part: {"changed": True}}
    assert key(changed) != key(CONFIGURATION)


def test_serving_differently_trains_nothing_again() -> None:
    changed = {**CONFIGURATION, "serving": {"changed": True}}
    assert key(changed) == key(CONFIGURATION)


def test_other_data_jobs_or_image_is_another_training() -> None:
    keys = {versions.training_key(*parts, {"image": "t"}, CONFIGURATION) for parts in ("dji", "xji", "dxi", "djx")}
    keys.add(versions.training_key("d", "j", "i", {"image": "u"}, CONFIGURATION))
    assert len(keys) == 5
    assert {len(key) for key in keys} == {32}
