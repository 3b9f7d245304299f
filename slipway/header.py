"""The first row of a CSV: whether it is a header, and what separates it, said where the table is refused anyway."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_OTHER_SEPARATORS = (";", "\t", "|")


def of(path: Path) -> list[str]:
    """The first row; empty of a file that is no text in UTF-8, which is for its reader to say."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file), [])
    except (UnicodeDecodeError, csv.Error):
        return []


def other_separator(header: Sequence[str]) -> str:
    """What to do about a header that is one column, because the file is separated by something else; else empty."""
    found = next((mark for mark in _OTHER_SEPARATORS if len(header) == 1 and mark in header[0]), "")
    return f"seems to be separated by {found!r}, since its header is one column; save it with commas" if found else ""


def missing(header: Sequence[str]) -> str:
    """What to do about a first row that holds a row's values, most likely; else empty."""
    number = next((name.strip() for name in header if NUMBER.fullmatch(name.strip())), "")
    return (
        f"seems to have no header, since its first row holds {number}; put the columns' names above" if number else ""
    )
