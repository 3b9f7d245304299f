"""Patterns of space-delimited messages: `[ip, user, timestamp, request=*html*, status=4*, bytes>1000]`, `...` between.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-spaced-delimited-log-events.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from slipway.engine.services.logs.patterns.tokens import COMPARISONS, NUMBER, Matches, Tokens, boolean, text_test

Test = Callable[[str], bool]

_TOKEN = re.compile(r'\s+|\|\||&&|\.\.\.|[\[\](),]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|%[^%]*%|[^\s\[\](),=<>!|&"]+')
_NAME = re.compile(r'[\[,]\s*(\.\.\.|[^\s,\[\]=<>!|&"%]+)')
# Text between brackets or quotation marks is one word.
_WORD = re.compile(r'\[[^\]]*\]|"[^"]*"|\S+')


def parse(pattern: str) -> Matches:
    """Every column has to be there, and to pass its test; `...` stands for any number of columns.

    Without `...` the last column holds the rest of the line, as in the page's `[w1=ERROR, w2]`.
    """
    tokens = Tokens(pattern, _TOKEN)
    tokens.expect("[")
    before, after, open_ended = _columns(tokens)
    if tokens.peek():
        raise tokens.invalid("something stands behind the closing bracket")

    def matches(message: str) -> bool:
        words = _words(message)
        if len(words) < len(before) + len(after):
            return False
        if not open_ended:
            words = [*words[: len(before) - 1], " ".join(words[len(before) - 1 :])]
        last = words[len(words) - len(after) :]
        return all(test(word) for test, word in zip([*before, *after], [*words[: len(before)], *last], strict=True))

    return matches


def _words(message: str) -> list[str]:
    return [word.strip('"').removeprefix("[").removesuffix("]") for word in _WORD.findall(message)]


def values(pattern: str, message: str) -> dict[str, str]:
    """The columns of a message that matched, by their names."""
    names, words = [match[1] for match in _NAME.finditer(pattern)], _words(message)
    if "..." in names:
        at = names.index("...")
        after = len(names) - at - 1
        return dict(zip(names[:at], words, strict=False)) | dict(
            zip(names[at + 1 :], words[len(words) - after :], strict=True)
        )
    return dict(zip(names, [*words[: len(names) - 1], " ".join(words[len(names) - 1 :])], strict=True))


def _columns(tokens: Tokens) -> tuple[list[Test], list[Test], bool]:
    """The tests before and after `...`, and whether there is one."""
    before: list[Test] = []
    after: list[Test] = []
    open_ended = False
    while True:
        if tokens.skip("..."):
            if open_ended:
                raise tokens.invalid("'...' may stand once")
            open_ended = True
        else:
            (after if open_ended else before).append(boolean(tokens, _condition))
        if not tokens.skip(","):
            tokens.expect("]")
            return before, after, open_ended


def _condition(tokens: Tokens) -> Test:
    name = tokens.take()
    if not name or name in ",]&&||":
        raise tokens.invalid("expected the name of a column")
    comparison = tokens.peek()
    if comparison not in COMPARISONS:
        return lambda _: True
    tokens.take()
    return _compared(tokens, comparison, tokens.take())


def _compared(tokens: Tokens, comparison: str, operand: str) -> Test:
    compare = COMPARISONS[comparison]
    if NUMBER.fullmatch(operand):
        number = float(operand)
        return lambda word: NUMBER.fullmatch(word) is not None and compare(float(word), number)
    if comparison not in ("=", "!=") or operand in ("", ",", "]"):
        raise tokens.invalid(f"{comparison} cannot compare with {operand or 'nothing'}")
    is_text = text_test(operand)
    return lambda word: is_text(word) == (comparison == "=")
