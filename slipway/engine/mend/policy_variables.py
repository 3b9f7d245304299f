"""Policy variables (`${aws:username}`, `${aws:PrincipalTag/team, 'none'}`) in resources and conditions of policies.

They take the value that the request has for that condition key; a value stands for itself, wildcards in it too. What
has no value and no default matches nothing: such a resource is left out, and a condition or NotResource with it makes
the whole statement void.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from slipway.engine import adapter

_EVALUATOR = "core.iam_evaluator"
_VARIABLE = re.compile(r"\$\{\s*(?:(?P<literal>[*?$])|(?P<key>[^},]+?)\s*(?:,\s*'(?P<default>[^']*)')?)\s*\}")
# Stand for `*` and `?` that are no wildcards; Unicode keeps both code points free for private use.
_LITERAL = str.maketrans({"*": "\ue000", "?": "\ue001"})
_PATTERN = str.maketrans({"\ue000": r"\*", "\ue001": r"\?"})


class NoValue(LookupError):
    """A variable that this request has no value for."""


def apply() -> None:
    """Put our functions in MiniStack's places."""
    adapter.replace(_EVALUATOR, "_first_match", _with_values)
    adapter.replace(_EVALUATOR, "_fnmatch_compile", _with_literals)


def _with_values(first_match: Callable[..., Any]) -> Callable[..., Any]:
    def matched(ctx: Any, statements: list[Any], effect: str) -> Any:
        evaluator = adapter.part(_EVALUATOR)
        for statement in statements:
            if statement.effect != effect or not evaluator._action_matches(
                ctx.action, statement.actions, statement.not_actions
            ):
                continue
            filled = with_values(statement, lambda key: evaluator._resolve_condition_key(key, ctx))
            if filled is not None and first_match(ctx, [filled], effect):
                return statement
        return None

    return matched


def with_values(statement: Any, resolve: Callable[[str], Any]) -> Any:
    """The statement with its variables filled in; None when it is void for this request."""
    if not _has_variables(statement):
        return statement
    resources = [text for text in (_or_none(each, resolve) for each in statement.resources) if text is not None]
    if statement.resources and not resources:
        return None
    try:
        return replace(
            statement,
            resources=resources,
            not_resources=[_filled(text, resolve, literal=_LITERAL) for text in statement.not_resources],
            conditions={
                operator: {key: _condition(operator, value, resolve) for key, value in keys.items()}
                for operator, keys in statement.conditions.items()
            },
        )
    except NoValue:
        return None


def _has_variables(statement: Any) -> bool:
    return any("${" in text for text in (*statement.resources, *statement.not_resources)) or "${" in str(
        statement.conditions
    )


def _or_none(text: str, resolve: Callable[[str], Any]) -> str | None:
    try:
        return _filled(text, resolve, literal=_LITERAL)
    except NoValue:
        return None


def _condition(operator: str, value: Any, resolve: Callable[[str], Any]) -> Any:
    """The values of one condition; only the operators that know wildcards need to be told what is none."""
    literal = _LITERAL if "like" in operator.lower() or "arn" in operator.lower() else {}
    if isinstance(value, list):
        return [_filled(str(each), resolve, literal=literal) for each in value]
    return _filled(str(value), resolve, literal=literal)


def _filled(text: str, resolve: Callable[[str], Any], *, literal: dict[int, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match["literal"]:
            return match["literal"].translate(literal)
        found = resolve(match["key"])
        if found is None or isinstance(found, list):
            found = match["default"]
        if found is None:
            raise NoValue(match["key"])
        return str(found).translate(literal)

    return _VARIABLE.sub(value, text)


def _with_literals(compiled: Callable[[str, bool], re.Pattern[str]]) -> Callable[[str, bool], re.Pattern[str]]:
    def compile_(pattern: str, ignore_case: bool) -> re.Pattern[str]:
        made = compiled(pattern, ignore_case)
        text = made.pattern.translate(_PATTERN)
        return made if text == made.pattern else re.compile(text, made.flags)

    return compile_
