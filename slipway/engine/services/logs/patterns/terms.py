"""Patterns of terms: all of them, `?any of them`, `-none of them`, `"exact phrases"`, `%regular expressions%`.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from slipway.engine.services.logs.patterns.tokens import Matches, Tokens, is_regex, regex, unquoted

_TOKEN = re.compile(r'\s+|[?-]?(?:"(?:[^"\\]|\\.)*"|%[^%]*%|\w+)(?=\s|$)')


def parse(pattern: str) -> Matches:
    """Terms are case-sensitive. Optional terms count only where there is no other: AWS ignores them otherwise."""
    tokens = Tokens(pattern, _TOKEN)
    required: list[Matches] = []
    optional: list[Matches] = []
    excluded: list[Matches] = []
    while token := tokens.take():
        kind = {"?": optional, "-": excluded}.get(token[0], required)
        kind.append(_within(token if kind is required else token[1:]))
    return _combined(required, optional, excluded)


def _within(term: str) -> Callable[[str], bool]:
    if is_regex(term):
        found = regex(term)
        return lambda message: found.search(message) is not None
    wanted = unquoted(term)
    return lambda message: wanted in message


def _combined(required: list[Matches], optional: list[Matches], excluded: list[Matches]) -> Matches:
    def matches(message: str) -> bool:
        if any(term(message) for term in excluded) or not all(term(message) for term in required):
            return False
        return bool(required or excluded) or not optional or any(term(message) for term in optional)

    return matches
