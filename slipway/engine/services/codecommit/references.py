"""Watching a repository's references: the events and the default branch that follow from a change.

docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.git import Repository
from slipway.engine.services.codecommit.service import (
    changed_now,
    git_repository,
    record_of,
    repository_arn,
    table,
)
from slipway.engine.store import Record

_KINDS = {"refs/heads/": "branch", "refs/tags/": "tag"}
_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)


@contextmanager
def changing(engine: Engine, name: str, caller_arn: str) -> Iterator[Repository]:
    """Run a change of repository `name`, one at a time; what moved is announced at the end, even after an error."""
    repository = git_repository(engine, name)
    with _locks[str(repository.path)]:
        before = repository.references()
        try:
            yield repository
        finally:
            _announce(engine, name, caller_arn, before, repository.references())


def _announce(engine: Engine, name: str, caller_arn: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    moved = [reference for reference in {**before, **after} if before.get(reference) != after.get(reference)]
    if not moved:
        return
    record = record_of(engine, name)
    _adopt_default_branch(engine, record, moved)
    table(engine).change(name, changed_now)
    for reference in moved:
        detail = _detail(record, reference, before.get(reference), after.get(reference), caller_arn)
        engine.emit("aws.codecommit", "CodeCommit Repository State Change", detail, [repository_arn(engine, name)])


def _adopt_default_branch(engine: Engine, record: Record, moved: list[str]) -> None:
    """The first branch pushed to an empty repository becomes its default branch."""
    branches = [reference.removeprefix("refs/heads/") for reference in moved if reference.startswith("refs/heads/")]
    if record.get("defaultBranch") or not branches:
        return
    git_repository(engine, record["repositoryName"]).default_branch = branches[0]
    table(engine).change(record["repositoryName"], lambda stored: stored.update(defaultBranch=branches[0]))


def _detail(record: Record, reference: str, old: str | None, new: str | None, caller_arn: str) -> dict[str, Any]:
    event = "referenceDeleted" if new is None else "referenceCreated" if old is None else "referenceUpdated"
    kind = next((kind for prefix, kind in _KINDS.items() if reference.startswith(prefix)), "other")
    detail = {
        "event": event,
        "repositoryName": record["repositoryName"],
        "repositoryId": record["repositoryId"],
        "referenceType": kind,
        "referenceName": reference.split("/", 2)[-1],
        "referenceFullName": reference,
        "callerUserArn": caller_arn,
    }
    commits = {"commitId": new, "oldCommitId": old}
    return detail | {key: commit for key, commit in commits.items() if commit is not None}
