"""What IAM refuses of a policy document when it is put, in IAM's words where they are known.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from slipway.engine.policy.conditions import UnknownOperator, parse_conditions

_VERSIONS = ("2012-10-17", "2008-10-17")
_DOCUMENT = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    }
)
# Wildcards stand for everyone, and for nobody in particular.
_PRINCIPALS = {
    "AWS": re.compile(r"\*|\d{12}|A[A-Z0-9]{15,127}|arn:aws[a-z-]*:(iam|sts)::(\d{12}|cloudfront):[^*?]+"),
    "Service": re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?"),
    "Federated": re.compile(r"[^*?]+"),
    "CanonicalUser": re.compile(r"[0-9a-f]{64}"),
}
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_KEY = re.compile(r"[A-Za-z0-9-]+:.+")
_COLONS_OF_AN_ARN = 5
_SYNTAX = "Syntax errors in policy."


class PolicyKind(Enum):
    """What a policy is attached to: that decides which elements it needs."""

    IDENTITY = "identity"
    TRUST = "trust"
    RESOURCE = "resource"


class Malformed(ValueError):
    """The document is no policy; the message says why."""


class InvalidPrincipal(Malformed):
    """A principal that IAM does not know."""

    def __init__(self, kind: str, value: Any) -> None:
        super().__init__(f'Invalid principal in policy: "{"SERVICE" if kind == "Service" else kind}":"{value}"')


def check(text: str, kind: PolicyKind) -> None:
    """Refuse a document that IAM would refuse; Malformed."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise Malformed("This policy contains invalid Json") from error
    if not isinstance(document, dict) or document.keys() - _DOCUMENT or "Statement" not in document:
        raise Malformed(_SYNTAX)
    if document.get("Version", _VERSIONS[1]) not in _VERSIONS:
        raise Malformed("The policy must contain a valid version string")
    source = document["Statement"]
    statements = source if isinstance(source, list) else [source]
    if not statements:
        raise Malformed(_SYNTAX)
    for statement in statements:
        _check_statement(statement, kind)
    _check_sids(statements)


def _check_sids(statements: list[Mapping[str, Any]]) -> None:
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(set(sids)) < len(sids):
        raise Malformed("Statement IDs (SID) in a single policy must be unique.")


def _check_statement(statement: Any, kind: PolicyKind) -> None:
    if not isinstance(statement, dict) or statement.keys() - _STATEMENT:
        raise Malformed(_SYNTAX)
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise Malformed(_SYNTAX)
    _check_actions(statement, kind)
    _check_resources(statement, kind)
    _check_principals(statement, kind)
    _check_conditions(statement.get("Condition", {}))
    if kind is PolicyKind.IDENTITY and not re.fullmatch(r"[A-Za-z0-9]*", str(statement.get("Sid", ""))):
        raise Malformed(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular"
            " expression [0-9A-Za-z]*"
        )


def _check_actions(statement: Mapping[str, Any], kind: PolicyKind) -> None:
    actions = _one_of(statement, "Action", "NotAction")
    if actions is None:
        trust = kind is PolicyKind.TRUST
        raise Malformed("Missing required field Action" if trust else "Policy statement must contain actions.")
    for action in actions:
        if not _ACTION.fullmatch(action):
            if ":" not in action:
                raise Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
            raise Malformed(f"The policy contains an invalid action: {action}")
    if kind is PolicyKind.TRUST and any(not action.lower().startswith("sts:") for action in actions):
        raise Malformed("AssumeRole policy may only specify STS AssumeRole actions.")


def _check_resources(statement: Mapping[str, Any], kind: PolicyKind) -> None:
    resources = _one_of(statement, "Resource", "NotResource")
    if kind is PolicyKind.TRUST:
        if resources is not None:
            raise Malformed("Has prohibited field Resource")
        return
    if not resources:
        raise Malformed("Policy statement must contain resources.")
    for resource in resources if kind is PolicyKind.IDENTITY else ():
        if resource != "*" and not resource.startswith("arn:"):
            raise Malformed(f'Resource {resource} must be in ARN format or "*".')
        if resource.count(":") < _COLONS_OF_AN_ARN and not resource.endswith("*"):
            raise Malformed("The policy failed legacy parsing")


def _check_principals(statement: Mapping[str, Any], kind: PolicyKind) -> None:
    named = [name for name in ("Principal", "NotPrincipal") if name in statement]
    if kind is PolicyKind.IDENTITY:
        if named:
            raise Malformed("Policy document should not specify a principal.")
        return
    if len(named) != 1:
        raise Malformed("Missing required field Principal")
    if named == ["NotPrincipal"] and (kind is PolicyKind.TRUST or statement["Effect"] == "Allow"):
        raise Malformed("Has prohibited field NotPrincipal")
    _check_principal(statement[named[0]])


def _check_principal(element: Any) -> None:
    if element == "*":
        return
    if not isinstance(element, dict) or not element:
        raise Malformed(f'Invalid principal in policy: "{element}"')
    for name, value in element.items():
        for each in _list(value):
            if name not in _PRINCIPALS or not isinstance(each, str) or not _PRINCIPALS[name].fullmatch(each):
                raise InvalidPrincipal(name, each)


def _check_conditions(element: Any) -> None:
    if not isinstance(element, dict) or not all(isinstance(keys, dict) and keys for keys in element.values()):
        raise Malformed(_SYNTAX)
    for keys in element.values():
        for key, value in keys.items():
            if not _KEY.fullmatch(key):
                raise Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
            if not all(isinstance(each, str | int | float | bool) for each in _list(value)):
                raise Malformed(_SYNTAX)
    try:
        parse_conditions(element, variables=True)
    except UnknownOperator as unknown:
        raise Malformed(f"Invalid Condition type : {unknown}.") from unknown


def _one_of(statement: Mapping[str, Any], name: str, exclusion: str) -> list[str] | None:
    given = [each for each in (name, exclusion) if each in statement]
    if len(given) > 1:
        raise Malformed(_SYNTAX)
    values = _list(statement[given[0]]) if given else None
    if values is not None and not (values and all(isinstance(value, str) for value in values)):
        raise Malformed(_SYNTAX)
    return values


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
