"""Filter policies: what a subscription may ask for.

docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html
"""

from __future__ import annotations

import json
from typing import Any

SCOPES = ("MessageAttributes", "MessageBody")
_OPERATORS = frozenset(
    {"prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"}
)
_COMPARISONS = frozenset({"=", "<", "<=", ">", ">="})
_MOST_KEYS = 5
_MOST_COMBINATIONS = 150


def refusal(policy: str, scope: str) -> str:
    """Why a policy is not valid, empty when it is."""
    try:
        parsed = json.loads(policy)
    except ValueError:
        return "FilterPolicy: failed to parse JSON."
    if not isinstance(parsed, dict):
        return "FilterPolicy: Filter policy must be an object"
    if len(parsed) > _MOST_KEYS:
        return f"FilterPolicy: Filter policy can not have more than {_MOST_KEYS} keys"
    reason, combinations = _object(parsed, nested=scope == "MessageBody")
    if not reason and combinations > _MOST_COMBINATIONS:
        reason = f"Filter policy is too complex: {combinations} combinations, {_MOST_COMBINATIONS} at most"
    return f"FilterPolicy: {reason}" if reason else ""


def _object(policy: dict[str, Any], nested: bool) -> tuple[str, int]:
    """What is wrong with an object of a policy, and how many combinations it stands for."""
    combinations = 1
    for key, value in policy.items():
        if key == "$or" and isinstance(value, list) and all(isinstance(each, dict) for each in value):
            found = [_object(each, nested) for each in value]
            reason, count = next((one[0] for one in found if one[0]), ""), sum(one[1] for one in found)
        elif isinstance(value, dict):
            reason, count = (
                _object(value, nested)
                if nested
                else (f"Filter policy scope MessageAttributes does not support nested filter policy, as in {key}", 1)
            )
        elif isinstance(value, list) and value:
            reason, count = next(filter(None, map(_rule, value)), ""), len(value)
        else:
            reason, count = f'"{key}" must be an object or an array', 1
        if reason:
            return reason, 1
        combinations *= count
    return "", combinations


def _rule(rule: Any) -> str:
    """What is wrong with one value of a list."""
    if not isinstance(rule, dict):
        return "" if not isinstance(rule, list) else "Match value must be String, number, true, false, or null"
    if len(rule) != 1:
        return "Only one key allowed in match expression"
    ((operator, operand),) = rule.items()
    if operator not in _OPERATORS:
        return f"Unrecognized match type {operator}"
    if operator == "numeric" and not _is_range(operand):
        return "Value of numeric must be an array of comparisons with numbers"
    if operator == "exists" and not isinstance(operand, bool):
        return "exists match pattern must be either true or false."
    if operator not in ("numeric", "exists", "anything-but") and not isinstance(operand, str):
        return f"{operator} match pattern must be a string"
    return ""


def _is_range(operand: Any) -> bool:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        return False
    return set(operand[::2]) <= _COMPARISONS and all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in operand[1::2]
    )
