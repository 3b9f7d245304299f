from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipway.engine import journal
from slipway.engine.policy import Decision

ALLOWED = Decision("Allow", "identity-based policy", "role/builder/reads", "#1")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_call_is_written_with_its_checks(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    with book.call(journal.Entry("r1", "s3", "GetObject")) as entry:
        journal.note_check("arn:role", "s3:GetObject", "arn:object", ALLOWED)
        entry.status = 200
    (line,) = lines(tmp_path / "journal.jsonl")
    assert line.pop("time")
    assert line == {
        "request": "r1",
        "caller": "arn:role",
        "service": "s3",
        "operation": "GetObject",
        "checks": [
            {
                "action": "s3:GetObject",
                "resource": "arn:object",
                "decision": "Allow",
                "kind": "identity-based policy",
                "policy": "role/builder/reads",
                "statement": "#1",
            }
        ],
        "status": 200,
    }


def test_a_call_that_raises_is_written_all_the_same(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    with pytest.raises(RuntimeError), book.call(journal.Entry("r1", "s3", "GetObject")):
        raise RuntimeError
    assert len(lines(tmp_path / "journal.jsonl")) == 1


def test_a_check_outside_of_a_call_is_not_mixed_into_another(tmp_path: Path) -> None:
    journal.note_check("arn:role", "s3:GetObject", "arn:object", ALLOWED)
    assert journal.current() is None


def test_a_decision_that_no_statement_made_names_none(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    with book.call(journal.Entry("r1", "s3", "GetObject")):
        journal.note_check("arn:role", "s3:GetObject", "arn:object", Decision("ImplicitDeny", "permissions boundary"))
    (line,) = lines(tmp_path / "journal.jsonl")
    assert line["checks"] == [
        {
            "action": "s3:GetObject",
            "resource": "arn:object",
            "decision": "ImplicitDeny",
            "kind": "permissions boundary",
        }
    ]
