"""Text that says a number: what `slipway configure` leaves out, and what a person could make of it first."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A few values may be something else, as a few of a number column may be slips.
_SHARE = 0.9

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[AaPp][Mm]|[+-]\d{2}:?\d{2})?)?"
_DATE = re.compile(
    rf"(?:\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}|\d{{1,2}}([-/.])\d{{1,2}}\2(?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}\.? [A-Za-z]{{3,9}}\.? \d{{4}}|[A-Za-z]{{3,9}}\.? \d{{1,2}}, \d{{4}}){_TIME}"
)
_CURRENCY = r"(?:[$€£¥₹]|USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD)"
_DIGITS = r"\d+(?:[ ,.']\d+)*"
_AMOUNT = re.compile(
    rf"[-+(]?\s?(?:{_CURRENCY}\s?[-+]?{_DIGITS}|{_DIGITS}\s?(?:{_CURRENCY}|%)"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:'\d{3})+(?:[.,]\d+)?|\d+,\d+)\)?"
)


def hint(values: Sequence[str]) -> str:
    """What could be learned from a text column once it is written otherwise; empty when nothing is known."""
    if _are(_DATE, values):
        return (
            f"Its values are dates ({values[0]}): as numbers, like the days until another date, they would be learned."
        )
    if _are(_AMOUNT, values):
        return f"Its values are amounts ({values[0]}): as plain numbers, like 1234.5, they would be learned."
    return ""


def _are(kind: re.Pattern[str], values: Sequence[str]) -> bool:
    return sum(bool(kind.fullmatch(value)) for value in values) >= _SHARE * len(values)
