"""What `make verify` prints: one table for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from slipway.verify.checks import Outcome


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """The table, and below it each finding with its file and line."""
    table = Table("check", "version", "findings", "suppressed", "seconds")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in outcomes:
        number = "failed" if each.failure else str(len(each.findings))
        table.add_row(each.check, each.version, number, str(each.suppressed), f"{each.seconds:.1f}")
    console.print(table)
    for each in outcomes:
        if each.failure:
            console.print(f"{each.check}: {each.failure}", markup=False, highlight=False)
        for finding in each.findings:
            console.print(str(finding), markup=False, highlight=False, soft_wrap=True)


def as_json(outcomes: Sequence[Outcome]) -> str:
    """The same for machines."""
    return json.dumps([asdict(each) for each in outcomes], indent=2)


def is_clean(outcomes: Sequence[Outcome]) -> bool:
    """Whether every check came to a result, and none found anything."""
    return not any(each.findings or each.failure for each in outcomes)
