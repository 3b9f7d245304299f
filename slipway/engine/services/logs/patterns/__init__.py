"""Filter patterns: terms, JSON patterns in braces, space-delimited patterns in brackets, regular expressions.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

from slipway.engine.services.logs.patterns import columns, members, terms
from slipway.engine.services.logs.patterns.tokens import Matches

__all__ = ["Matches", "parse"]


def parse(pattern: str) -> Matches:
    """Whether a message matches, as a function; InvalidParameterException for what is no pattern.

    The empty pattern matches everything.
    """
    stripped = pattern.strip()
    if stripped.startswith("{"):
        return members.parse(stripped)
    if stripped.startswith("["):
        return columns.parse(stripped)
    return terms.parse(stripped)
