"""Where a build's source may come from."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from slipway.engine.caller import Credentials
from slipway.engine.services.codebuild.failure import PhaseFailed
from slipway.engine.services.codebuild.source import fetch

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
