"""What the kinds of patterns share: tokens, values that stand beside an operator, regular expressions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from slipway.engine.errors import AwsError

Matches = Callable[[str], bool]
Item = TypeVar("Item")

# docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, "Supported regular expressions"
_REGEX = re.compile(r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+.]+")
_MOST_REGEXES = 2
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Tokens:
    """The tokens of a pattern, read from left to right."""

    def __init__(self, pattern: str, grammar: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._found: list[str] = []
        at = 0
        while at < len(pattern):
            match = grammar.match(pattern, at)
            if match is None or match.end() == at:
                raise invalid(pattern, f"Invalid character(s) in term '{pattern[at:].split()[0]}'")
            if match[0].strip():
                self._found.append(match[0])
            at = match.end()
        if sum(is_regex(token) for token in self._found) > _MOST_REGEXES:
            raise invalid(pattern, f"a pattern may have at most {_MOST_REGEXES} regular expressions")
        self._next = 0

    def peek(self) -> str:
        """The next token, empty at the end."""
        return self._found[self._next] if self._next < len(self._found) else ""

    def take(self) -> str:
        """The next token, and on."""
        token = self.peek()
        self._next += 1
        return token

    def skip(self, *expected: str) -> bool:
        """Go over these tokens if they come next; whether they did."""
        if tuple(token.upper() for token in self._found[self._next :][: len(expected)]) != expected:
            return False
        self._next += len(expected)
        return True

    def expect(self, token: str) -> None:
        """Go over a token that has to come next; InvalidParameterException."""
        if self.take() != token:
            raise self.invalid(f"expected {token}")

    def invalid(self, reason: str) -> AwsError:
        """The error for this pattern."""
        return invalid(self._pattern, reason)


def boolean(tokens: Tokens, condition: Callable[[Tokens], Callable[[Item], bool]]) -> Callable[[Item], bool]:
    """Conditions joined by `&&` and, binding less, by `||`, with parentheses."""
    tests = [_conjunction(tokens, condition)]
    while tokens.skip("||"):
        tests.append(_conjunction(tokens, condition))
    return lambda item: any(test(item) for test in tests)


def _conjunction(tokens: Tokens, condition: Callable[[Tokens], Callable[[Item], bool]]) -> Callable[[Item], bool]:
    tests = [_operand(tokens, condition)]
    while tokens.skip("&&"):
        tests.append(_operand(tokens, condition))
    return lambda item: all(test(item) for test in tests)


def _operand(tokens: Tokens, condition: Callable[[Tokens], Callable[[Item], bool]]) -> Callable[[Item], bool]:
    if not tokens.skip("("):
        return condition(tokens)
    test = boolean(tokens, condition)
    tokens.expect(")")
    return test


def invalid(pattern: str, reason: str) -> AwsError:
    """The error for a pattern."""
    return AwsError("InvalidParameterException", f"Invalid filter pattern {pattern!r}: {reason}")


def is_regex(token: str) -> bool:
    """Whether a token is a regular expression."""
    return len(token) > 2 and token.startswith("%") and token.endswith("%")


def regex(token: str) -> re.Pattern[str]:
    """A token between percent signs; InvalidParameterException for what CloudWatch Logs does not support."""
    try:
        if _REGEX.fullmatch(token[1:-1]):
            return re.compile(token[1:-1], re.ASCII)
    except re.error as error:
        raise invalid(token, str(error)) from error
    raise invalid(token, "it holds a character that regular expressions of patterns do not support")


def unquoted(token: str) -> str:
    """A token without its quotation marks."""
    return token[1:-1].replace('\\"', '"') if token.startswith('"') else token


def text_test(token: str) -> Callable[[str], bool]:
    """Whether a text is a token's: a regular expression is found in it, else `*` stands for anything."""
    if is_regex(token):
        found = regex(token)
        return lambda text: found.search(text) is not None
    whole = re.compile(".*".join(re.escape(part) for part in unquoted(token).split("*")), re.DOTALL)
    return lambda text: whole.fullmatch(text) is not None
