"""Where a build's source may come from."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from slipway.engine.credentials import Credentials
from slipway.engine.services.codebuild.failure import PhaseFailed
from slipway.engine.services.codebuild.source import fetch

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html")

URL = "http://127.0.0.1:4566"


@pytest.fixture
def caller() -> Any:
    engine = SimpleNamespace(url=URL, region="us-east-1")
    return cast(Any, SimpleNamespace(engine=engine, credentials=Credentials("AKIA", "secret")))


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc",
        "/etc",
        "--upload-pack=touch stolen",
        "ext::sh -c touch%20stolen",
        "https://page.example/v1/repos/sample",
        f"{URL}.page.example/v1/repos/sample",
    ],
)
def test_a_location_outside_codecommit_is_refused_and_never_sees_the_role_s_signature(
    caller: Any, tmp_path: Path, location: str
) -> None:
    with pytest.raises(PhaseFailed, match="no CodeCommit repository: ") as refused:
        fetch(caller, {"type": "CODECOMMIT", "location": location}, "", tmp_path / "src")
    assert location in str(refused.value)


def test_a_version_that_git_would_take_for_an_option_is_refused(caller: Any, tmp_path: Path) -> None:
    source = {"type": "CODECOMMIT", "location": f"{URL}/v1/repos/sample"}
    with pytest.raises(PhaseFailed, match=r"source version --orphan$"):
        fetch(caller, source, "--orphan", tmp_path / "src")


class Bucket:
    """As much of an S3 client as a folder's download needs."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys

    def get_paginator(self, _: str) -> Bucket:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key} for key in self._keys]}]

    def get_object(self, **_: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(b"content")}


def from_bucket(tmp_path: Path, *keys: str) -> Path:
    folder = tmp_path / "src"
    client = cast(Any, SimpleNamespace(client=lambda _: Bucket(*keys)))
    fetch(client, {"type": "S3", "location": "bucket/code/"}, "", folder)
    return folder


@pytest.mark.parametrize("key", ["code/../../outside", "code//outside-of-everything/file"])
def test_a_key_that_leads_out_of_the_source_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(PhaseFailed, match=f"the key {key} leaves the source directory"):
        from_bucket(tmp_path, key)
    assert not (tmp_path / "outside").exists()


def test_a_folder_s_files_are_the_source_and_its_markers_are_not(tmp_path: Path) -> None:
    folder = from_bucket(tmp_path, "code/", "code/sub/", "code/sub/a.txt")
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()] == ["sub/a.txt"]
