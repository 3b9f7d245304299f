"""Patterns of JSON messages: `{ $.status = 4* && ($.latency > 100 || $.error IS TRUE) }`.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from slipway.engine.services.logs.patterns.tokens import COMPARISONS, NUMBER, Matches, Tokens, boolean, text_test

Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r'\s+|\|\||&&|[{}()]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|%[^%]*%|\$(?:\.[\w\-]+|\[(?:\d+|\*|"[^"]*")\])+|[^\s{}()=<>!|&"]+'
)
_STEP = re.compile(r'\.([\w\-]+)|\["([^"]*)"\]|\[(\d+)\]')
_NOTHING = object()
_WORDS: dict[str, Test] = {
    "TRUE": lambda value: value is True,
    "FALSE": lambda value: value is False,
    "NULL": lambda value: value is None,
}


def parse(pattern: str) -> Matches:
    """A message that is no JSON object or array does not match."""
    tokens = Tokens(pattern, _TOKEN)
    tokens.expect("{")
    test = boolean(tokens, _condition)
    tokens.expect("}")
    if tokens.peek():
        raise tokens.invalid("something stands behind the closing brace")

    def matches(message: str) -> bool:
        try:
            value = json.loads(message)
        except ValueError:
            return False
        return isinstance(value, dict | list) and test(value)

    return matches


def _condition(tokens: Tokens) -> Test:
    selector = tokens.take()
    if not selector.startswith("$") or "[*]" in selector:
        raise tokens.invalid(f"expected a selector such as $.status or $.items[0], found {selector or 'the end'}")
    found = _selected(selector)
    if tokens.skip("NOT", "EXISTS"):
        return lambda value: found(value) is _NOTHING
    if tokens.skip("IS"):
        return _is(tokens, found)
    return _compared(tokens, found)


def _is(tokens: Tokens, found: Callable[[Any], Any]) -> Test:
    word = tokens.take().upper()
    if word not in _WORDS:
        raise tokens.invalid("expected TRUE, FALSE or NULL after IS")
    return lambda value: _WORDS[word](found(value))


def _compared(tokens: Tokens, found: Callable[[Any], Any]) -> Test:
    comparison, operand = tokens.take(), tokens.take()
    if comparison not in COMPARISONS or operand in ("", "}", ")"):
        raise tokens.invalid("expected a selector, an operator (=, !=, <, <=, >, >=) and a value")
    compare = COMPARISONS[comparison]
    if NUMBER.fullmatch(operand):
        number = float(operand)
        return lambda value: _is_number(found(value)) and compare(found(value), number)
    if comparison not in ("=", "!="):
        raise tokens.invalid(f"{comparison} compares numbers, {operand} is none")
    is_text = text_test(operand)
    wanted = comparison == "="

    def test(value: Any) -> bool:
        actual = found(value)
        if isinstance(actual, bool) or not isinstance(actual, str | int | float):
            return False
        return is_text(str(actual)) == wanted

    return test


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _selected(selector: str) -> Callable[[Any], Any]:
    steps = [match[1] or match[2] or int(match[3]) for match in _STEP.finditer(selector)]

    def found(value: Any) -> Any:
        for step in steps:
            value = _step(value, step)
        return value

    return found


def _step(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else _NOTHING
    return value.get(step, _NOTHING) if isinstance(value, dict) else _NOTHING
