from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipway import cli
from slipway.permissions import record
from tests.slipway.permissions.samples import bundle, check, journal


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record that has nothing yet, and a bundle to stand in."""
    file = tmp_path / "uses.json"
    file.write_text("[]")
    monkeypatch.setattr(record, "FILE", file)
    monkeypatch.chdir(bundle(tmp_path / "bundle"))
    return file


def test_what_is_unexplained_is_named_with_its_place_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["permissions"]) == 1
    told = capsys.readouterr().out
    assert "unexplained: 5" in told
    assert "cf/work.yaml:12 work.Role Read s3:GetObject: no test used it, and no comment says why" in told


def test_journals_show_what_was_used_and_the_record_keeps_it(
    tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = journal(tmp_path / "journals", check("s3:GetObject", "arn:aws:s3:::box/models/one"))
    assert cli.run(["permissions", "--journals", str(folder), "--record", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["unexplained"] == 2
    assert [row[:3] for row in json.loads(kept.read_text())] == [["work.Role", "Read", "s3:GetObject"]] * 2


def test_one_role_or_one_template_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["permissions", "--role", "work", "--json"]) == 1
    assert {row["role"] for row in json.loads(capsys.readouterr().out)["grants"]} == {"work.Role"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--record"], 2, "--record keeps what --journals shows; name their folder"),
        (["--role", "none"], 4, "no role none; there are work.Role"),
        (["--folder", ".."], 4, "has no templates with roles"),
    ],
)
def test_wrong_arguments_are_told(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["permissions", *arguments]) == code
    assert message in " ".join(capsys.readouterr().err.split())
