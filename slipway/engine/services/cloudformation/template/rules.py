"""The Rules section: what the parameters have to be together.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.functions import resolve, text
from slipway.engine.services.cloudformation.template.scope import Scope

_MEMBERS = frozenset({"Assertions", "RuleCondition"})


def check_rules(rules: Mapping[str, Any], scope: Scope) -> None:
    """Refuse parameters that break an assertion of a rule which applies."""
    for name, rule in rules.items():
        unknown = sorted(set(rule) - _MEMBERS)
        if unknown or not rule.get("Assertions"):
            raise TemplateError(f"Template format error: Rule {name} has Assertions and may have a RuleCondition")
        if "RuleCondition" in rule and not _holds(rule["RuleCondition"], scope, name):
            continue
        broken = [one for one in rule["Assertions"] if not _holds(one["Assert"], scope, name)]
        if broken:
            described = "; ".join(str(one.get("AssertDescription", f"Rule {name}")) for one in broken)
            raise TemplateError(f"Template constraint error: {described}")


def _holds(value: Any, scope: Scope, rule: str) -> bool:
    if not isinstance(value, Mapping) or len(value) != 1:
        raise TemplateError(f"Template format error: Rule {rule}: expected one rule-specific function, found {value}")
    name, arguments = next(iter(value.items()))
    if name not in _FUNCTIONS:
        raise TemplateError(f"Template format error: Rule {rule}: {name} is not executed by this engine")
    return _FUNCTIONS[name](arguments, scope, rule)


def _equals(arguments: Any, scope: Scope, rule: str) -> bool:
    del rule
    first, second = (resolve(argument, scope) for argument in arguments)
    return text(first) == text(second)


def _contains(arguments: Any, scope: Scope, rule: str) -> bool:
    del rule
    allowed, value = (resolve(argument, scope) for argument in arguments)
    return text(value) in [text(item) for item in allowed]


def _each_equals(arguments: Any, scope: Scope, rule: str) -> bool:
    del rule
    values, expected = (resolve(argument, scope) for argument in arguments)
    return all(text(value) == text(expected) for value in values)


def _each_in(arguments: Any, scope: Scope, rule: str) -> bool:
    del rule
    values, allowed = (resolve(argument, scope) for argument in arguments)
    return {text(value) for value in values} <= {text(item) for item in allowed}


_FUNCTIONS: dict[str, Callable[[Any, Scope, str], bool]] = {
    "Fn::And": lambda arguments, scope, rule: all(_holds(one, scope, rule) for one in arguments),
    "Fn::Or": lambda arguments, scope, rule: any(_holds(one, scope, rule) for one in arguments),
    "Fn::Not": lambda arguments, scope, rule: not _holds(arguments[0], scope, rule),
    "Fn::Equals": _equals,
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_equals,
    "Fn::EachMemberIn": _each_in,
}
