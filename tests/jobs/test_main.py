from __future__ import annotations

from pathlib import Path

import pytest

from jobs import __main__ as program
from jobs import prepare
from jobs.errors import TableError


def test_an_unknown_job_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["deploy"]) == 2
    assert capsys.readouterr().err == "expected one job of prepare, train, evaluate, serve; found deploy\n"


def test_a_fault_is_one_sentence_in_the_log_and_in_sagemakers_files(
    container: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise TableError("line 3 is bad")

    monkeypatch.setattr(prepare, "main", fail)
    assert program.main(["prepare"]) == 1
    assert capsys.readouterr().err == "error: line 3 is bad\n"
    assert (container / "output" / "failure").read_text() == "line 3 is bad"
    assert (container / "output" / "message").read_text() == "line 3 is bad"


def test_an_unexpected_fault_keeps_its_traceback(container: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(prepare, "main", fail)
    with pytest.raises(MemoryError):
        program.main(["prepare"])
    assert (container / "output" / "failure").read_text() == "MemoryError: too much"


def test_a_long_message_is_cut_between_characters(container: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise TableError("x" + "ü" * 1024)

    monkeypatch.setattr(prepare, "main", fail)
    program.main(["prepare"])
    assert (container / "output" / "message").read_text(encoding="utf-8") == "x" + "ü" * 511
