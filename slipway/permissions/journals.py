"""Reads what engines journalled: the checks of every call, and the policies that stood.

`pytest --journals FOLDER` makes one folder for each file of tests; `slipway.engine.weighed` says what is in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.errors import BadInput
from slipway.permissions.statement import Call, Document

ALLOW = "Allow"


@dataclass(frozen=True)
class Check:
    """One decision of an engine: what was asked, what stood, and what was decided.

    Policies are by their names: `role/<role>/<policy>`, or an ARN. `boundary` and `session` are None where nothing
    limits; `operation` is the call that asked, as `service:Operation`.
    """

    test: str
    operation: str
    call: Call
    principal: str
    role: str
    decision: str
    kind: str
    identity: Mapping[str, Document]
    boundary: Mapping[str, Document] | None
    session: Mapping[str, Document] | None
    resource: Mapping[str, Document]


def tests(folder: Path) -> list[str]:
    """The files of tests that left journals."""
    return sorted({_test(path, folder) for path in folder.glob("**/journal.jsonl")})


def checks(folder: Path) -> Iterator[Check]:
    """Every decision in the journals below a folder; what a journal says again and again, once."""
    journals = sorted(folder.glob("**/journal.jsonl"))
    if not journals:
        raise BadInput(
            f"{folder} has no journal.jsonl; `pytest --journals {folder} tests/end_to_end` leaves some there"
        )
    for path in journals:
        yield from _of_journal(path, _test(path, folder))


def _of_journal(path: Path, test: str) -> Iterator[Check]:
    documents = {line["id"]: line["document"] for line in _lines(path.with_name("policies.jsonl"))}
    told: set[str] = set()
    for line in _lines(path):
        operation = f"{line['service']}:{line['operation']}"
        for check in line["checks"]:
            text = operation + json.dumps(check)
            if "weighed" in check and text not in told:
                told.add(text)
                yield _check(test, operation, check, documents)


def _check(test: str, operation: str, check: Mapping[str, Any], documents: Mapping[str, Document]) -> Check:
    weighed = check["weighed"]

    def of(kind: str) -> dict[str, Document]:
        return {name: documents[identifier] for name, identifier in weighed.get(kind, {}).items()}

    return Check(
        test=test,
        operation=operation,
        call=Call(check["action"], check["resource"], weighed.get("keys", {})),
        principal=weighed["principal"],
        role=weighed.get("role", ""),
        decision=check["decision"],
        kind=check["kind"],
        identity=of("identity"),
        boundary=of("boundary") if "boundary" in weighed else None,
        session=of("session") if "session" in weighed else None,
        resource=of("resource"),
    )


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _test(journal: Path, folder: Path) -> str:
    """`tests/end_to_end/test_demo.py` of the folder `tests.end_to_end.test_demo`; another folder by its name."""
    name = journal.relative_to(folder).parts[0] if journal.parent != folder else folder.resolve().name
    return f"{name.replace('.', '/')}.py" if name.startswith("tests.") else name
