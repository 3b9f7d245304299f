from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipway.engine import journal


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_call_is_written_with_its_checks(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    with book.call(journal.Entry("r1", "s3", "GetObject")) as entry:
        journal.note_check("arn:role", "s3:GetObject", "arn:object", "Allow")
        entry.status = 200
    (line,) = lines(tmp_path / "journal.jsonl")
    assert line.pop("time")
    assert line == {
        "request": "r1",
        "caller": "arn:role",
        "service": "s3",
        "operation": "GetObject",
        "checks": [{"action": "s3:GetObject", "resource": "arn:object", "decision": "Allow"}],
        "status": 200,
    }


def test_a_call_that_raises_is_written_all_the_same(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    with pytest.raises(RuntimeError), book.call(journal.Entry("r1", "s3", "GetObject")):
        raise RuntimeError
    assert len(lines(tmp_path / "journal.jsonl")) == 1


def test_a_check_outside_of_a_call_is_not_mixed_into_another(tmp_path: Path) -> None:
    journal.note_check("arn:role", "s3:GetObject", "arn:object", "Allow")
    assert journal.current() is None
