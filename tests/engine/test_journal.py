from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipway.engine import journal
from slipway.engine.policy import Decision, Policies, Principal, Source, compiled
from slipway.engine.policy.principals import Kind
from slipway.engine.weighed import Weighed

READS = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
POLICY = compiled(json.dumps(READS))
BUILDER = Principal(Kind.ROLE_SESSION, "arn:session", "111122223333", "arn:role")
STOOD = Policies((Source("role/builder/reads", POLICY),), boundary=())
DECISION = Decision("Allow", "identity-based policy", "role/builder/reads", "#1")
ALLOWED = Weighed(BUILDER, DECISION, STOOD, {"aws:sourceip": "127.0.0.1"})


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_call_is_written_with_its_checks(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    with book.call(journal.Entry("r1", "s3", "GetObject")) as entry:
        journal.note_check("s3:GetObject", "arn:object", ALLOWED)
        entry.status = 200
    (line,) = lines(tmp_path / "journal.jsonl")
    assert line.pop("time")
    assert line == {
        "request": "r1",
        "caller": "arn:session",
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
                "weighed": {
                    "principal": "arn:session",
                    "role": "arn:role",
                    "identity": {"role/builder/reads": POLICY.id},
                    "boundary": {},
                    "keys": {"aws:sourceip": "127.0.0.1"},
                },
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
    journal.note_check("s3:GetObject", "arn:object", ALLOWED)
    assert journal.current() is None


def test_a_decision_that_no_statement_made_names_none(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    with book.call(journal.Entry("r1", "s3", "GetObject")):
        denied = Weighed(Principal(Kind.USER, "arn:user"), Decision("ImplicitDeny", "permissions boundary"))
        journal.note_check("s3:GetObject", "arn:object", denied)
    (line,) = lines(tmp_path / "journal.jsonl")
    assert line["checks"] == [
        {
            "action": "s3:GetObject",
            "resource": "arn:object",
            "decision": "ImplicitDeny",
            "kind": "permissions boundary",
            "weighed": {"principal": "arn:user"},
        }
    ]


def test_a_policy_that_was_weighed_is_written_once(tmp_path: Path) -> None:
    book = journal.Journal(tmp_path / "journal.jsonl")
    for request in ("r1", "r2"):
        with book.call(journal.Entry(request, "s3", "GetObject")):
            journal.note_check("s3:GetObject", "arn:object", ALLOWED)
    assert lines(tmp_path / "policies.jsonl") == [{"id": POLICY.id, "document": READS}]
