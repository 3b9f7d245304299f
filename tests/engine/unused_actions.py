"""Which granted actions nobody used: every role's policies against the engine's call journal.

`python -m tests.engine.unused_actions --home .slipway` after a run, with the engine still up; `--prefix` chooses roles.
An action that is not used is not therefore needless: a run that goes well stops no job and rolls nothing back, the
engine checks no key, and what CloudFormation reads back on AWS it knows here. A check that one call makes for another
identity counts for the caller.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from slipway import local

Granted = Mapping[str, list[tuple[str, str]]]


def used(journal: Iterable[str]) -> dict[str, set[str]]:
    """Role → the actions that it was allowed, from the journal's lines."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in journal:
        entry = json.loads(line)
        role = _role(entry["caller"])
        found[role] |= {check["action"] for check in entry["checks"] if check["decision"] == "Allow"}
    return found


def granted(iam: Any, prefix: str) -> dict[str, list[tuple[str, str]]]:
    """Role → Sid and action of everything that its inline policies allow."""
    roles = [role["RoleName"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
    return {role: list(_grants(iam, role)) for role in sorted(roles) if role.startswith(prefix)}


def _grants(iam: Any, role: str) -> Iterator[tuple[str, str]]:
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            yield from ((statement["Sid"], action) for action in actions if statement["Effect"] == "Allow")


def unused(grants: Granted, uses: Mapping[str, set[str]]) -> dict[str, list[tuple[str, str]]]:
    """Role → Sid and action that no call was allowed by."""
    return {
        role: [(sid, action) for sid, action in actions if not fnmatch.filter(uses.get(role, ()), action)]
        for role, actions in grants.items()
    }


def _role(caller: str) -> str:
    """The role's name in a session's ARN; the caller itself when it is none."""
    return caller.split("/")[1] if ":assumed-role/" in caller else caller


def main() -> None:
    """Print one line for each granted action that was not used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=local.HOME)
    parser.add_argument("--prefix", default="")
    options = parser.parse_args()
    engine = local.find(options.home)
    if engine is None:
        raise SystemExit(f"no engine runs in {options.home}")
    with (options.home / "journal.jsonl").open() as journal:
        uses = used(journal)
    for role, actions in unused(granted(engine.client("iam"), options.prefix), uses).items():
        for sid, action in actions:
            print(f"{role}  {sid}  {action}")


if __name__ == "__main__":
    main()
