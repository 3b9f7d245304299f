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

_STEPS = r"""\.[\w\-]+|\.\*|\.?\[(?:\d+|\*|"[^"]*"|'[^']*')\]"""
_TOKEN = re.compile(
    r'\s+|\|\||&&|[{}()]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|%[^%]*%|\$(?:' + _STEPS + r')+|[^\s{}()=<>!|&"]+'
)
_STEP = re.compile(r"""\.([\w\-]+)|\[["']([^"']*)["']\]|\[(\d+)\]|(\*)""")
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


def value_at(selector: str, message: str) -> Any:
    """What a selector finds in a message that matched, None when it finds nothing."""
    found = _selected(selector)(json.loads(message))
    return found[0] if found else None


def _condition(tokens: Tokens) -> Test:
    selector = tokens.take()
    if not selector.startswith("$") or selector.count("*") > 1:
        raise tokens.invalid(f"expected a selector such as $.status or $.items[0], found {selector or 'the end'}")
    found = _selected(selector)
    if tokens.skip("NOT", "EXISTS"):
        return lambda value: not found(value)
    if tokens.skip("IS"):
        return _any(found, _is(tokens))
    return _any(found, _compared(tokens))


def _any(found: Callable[[Any], list[Any]], test: Test) -> Test:
    """A test of what a selector finds, which is several values when it has a wildcard."""
    return lambda value: any(test(each) for each in found(value))


def _is(tokens: Tokens) -> Test:
    word = tokens.take().upper()
    if word not in _WORDS:
        raise tokens.invalid("expected TRUE, FALSE or NULL after IS")
    return _WORDS[word]


def _compared(tokens: Tokens) -> Test:
    comparison, operand = tokens.take(), tokens.take()
    if comparison not in COMPARISONS or operand in ("", "}", ")"):
        raise tokens.invalid("expected a selector, an operator (=, !=, <, <=, >, >=) and a value")
    compare = COMPARISONS[comparison]
    if NUMBER.fullmatch(operand):
        number = float(operand)
        return lambda value: _is_number(value) and compare(value, number)
    if comparison not in ("=", "!="):
        raise tokens.invalid(f"{comparison} compares numbers, {operand} is none")
    is_text = text_test(operand)
    wanted = comparison == "="

    def test(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return False
        return is_text(str(value)) == wanted

    return test


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _selected(selector: str) -> Callable[[Any], list[Any]]:
    steps = [_read(match) for match in _STEP.finditer(selector)]

    def found(value: Any) -> list[Any]:
        values = [value]
        for step in steps:
            values = [part for each in values for part in _step(each, step)]
        return values

    return found


def _read(match: re.Match[str]) -> str | int | None:
    if match[4]:
        return None
    return int(match[3]) if match[3] else match[1] or match[2]


def _step(value: Any, step: str | int | None) -> list[Any]:
    """What is one step below; None stands for the wildcard."""
    if step is None:
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(step, int):
        return [value[step]] if isinstance(value, list) and step < len(value) else []
    return [value[step]] if isinstance(value, dict) and step in value else []
