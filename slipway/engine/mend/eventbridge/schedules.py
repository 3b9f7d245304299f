"""Schedule expressions: `rate(value unit)` and `cron(minutes hours day-of-month month day-of-week year)`.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re

from slipway.engine import adapter

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_NUMBERS = re.compile(r"(?<![#\d/])\d+(?![\dLW])")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def is_valid(expression: str) -> bool:
    """Whether PutRule takes the expression."""
    rate = _RATE.fullmatch(expression)
    if rate:
        return int(rate[1]) > 0 and (rate[3] == "") == (int(rate[1]) == 1)
    cron = _CRON.fullmatch(expression)
    return cron is not None and _is_cron(cron[1].split(), expression)


def _is_cron(fields: list[str], expression: str) -> bool:
    """Six fields in their ranges, with `?` for exactly one of the two days."""
    if len(fields) != len(_RANGES) or (fields[2] == "?") == (fields[4] == "?"):
        return False
    if "?" in (fields[0], fields[1], fields[3], fields[5]):
        return False
    if adapter.part("services.eventbridge")._parse_cron_fields(expression) is None:
        return False
    return all(
        low <= int(number) <= high
        for field, (low, high) in zip(fields, _RANGES, strict=True)
        for number in _NUMBERS.findall(field)
    )
