"""The rules of composite alarms: `ALARM("a") AND (OK(b) OR NOT INSUFFICIENT_DATA(c))`, `AT_LEAST(2, ALARM, (a, b, c))`.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from slipway.engine.errors import AwsError

States = Mapping[str, str]
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[(),]|[^\s(),"]+)')
_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
_DEEPEST = 20


@dataclass(frozen=True)
class Rule:
    """A parsed rule: whether it holds for the states of alarms by name, and which alarms it names, by name or ARN."""

    holds: Callable[[States], bool]
    references: tuple[str, ...]

    def names(self) -> list[str]:
        """The names of the alarms, once each."""
        return list(dict.fromkeys(map(name_of, self.references)))


def name_of(reference: str) -> str:
    """An alarm's name, from its name or its ARN."""
    return reference.partition(":alarm:")[2] if reference.startswith("arn:") else reference


def parse(text: str) -> Rule:
    """Read a rule; ValidationError with the token that it cannot read."""
    return _Parser(text).rule()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [(match[1], match.start(1)) for match in _TOKEN.finditer(text)]
        self._at = 0
        self._depth = 0
        self._references: list[str] = []

    def rule(self) -> Rule:
        holds = self._disjunction()
        if self._at < len(self._tokens):
            raise self._unsupported()
        return Rule(holds, tuple(self._references))

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        if self._at >= len(self._tokens):
            raise self._unsupported()
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _expect(self, token: str) -> None:
        if self._peek() != token:
            raise self._unsupported()
        self._at += 1

    def _unsupported(self) -> AwsError:
        rest = self._tokens[self._at :]
        token, place = rest[0] if rest else ("<EOF>", len(self._text))
        return AwsError("ValidationError", f"Error in AlarmRule [Unsupported token '{token}' at char {place}]")

    def _disjunction(self) -> Callable[[States], bool]:
        operands = [self._conjunction()]
        while self._peek() == "OR":
            self._at += 1
            operands.append(self._conjunction())
        return lambda states: any(holds(states) for holds in operands)

    def _conjunction(self) -> Callable[[States], bool]:
        operands = [self._operand()]
        while self._peek() == "AND":
            self._at += 1
            operands.append(self._operand())
        return lambda states: all(holds(states) for holds in operands)

    def _operand(self) -> Callable[[States], bool]:
        word = self._peek()
        if word in ("TRUE", "FALSE"):
            self._at += 1
            return lambda _: word == "TRUE"
        if word in _STATES:
            self._at += 1
            (reference,) = self._list(one=True)
            return lambda states: states.get(name_of(reference)) == word
        if word == "AT_LEAST":
            self._at += 1
            return self._at_least()
        return self._nested(word)

    def _nested(self, word: str) -> Callable[[States], bool]:
        if word not in ("NOT", "(") or self._depth >= _DEEPEST:
            raise self._unsupported()
        self._at += 1
        self._depth += 1
        inner = self._operand() if word == "NOT" else self._within_parentheses()
        self._depth -= 1
        return (lambda states: not inner(states)) if word == "NOT" else inner

    def _within_parentheses(self) -> Callable[[States], bool]:
        inner = self._disjunction()
        self._expect(")")
        return inner

    def _list(self, *, one: bool = False) -> Sequence[str]:
        self._expect("(")
        found = [self._reference()]
        while not one and self._peek() == ",":
            self._at += 1
            found.append(self._reference())
        self._expect(")")
        return found

    def _reference(self) -> str:
        if self._peek() in ("(", ")", ","):
            raise self._unsupported()
        token = self._take()
        reference = re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token
        self._references.append(reference)
        return reference

    def _at_least(self) -> Callable[[States], bool]:
        self._expect("(")
        count = re.fullmatch(r"(\d+)(%?)", self._peek())
        if count is None:
            raise self._unsupported()
        self._at += 1
        self._expect(",")
        negated = self._peek() == "NOT"
        self._at += negated
        state = self._peek()
        if state not in _STATES:
            raise self._unsupported()
        self._at += 1
        self._expect(",")
        references = self._list()
        self._expect(")")
        least = int(count[1]) * (len(references) / 100 if count[2] else 1)
        return lambda states: sum((states.get(name_of(r)) == state) != negated for r in references) >= least
