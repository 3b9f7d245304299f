"""Who asks, and the Principal and NotPrincipal elements of resource policies.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?")


class Kind(enum.Enum):
    """Kinds of principals; the values are those of `aws:PrincipalType`."""

    USER = "User"
    ROLE_SESSION = "AssumedRole"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


@dataclass(frozen=True)
class Principal:
    """Who makes the request.

    `arn` is a user's or a role session's; `role_arn` the role's behind a session; `service` a service's principal name.
    """

    kind: Kind
    arn: str = ""
    account: str = ""
    role_arn: str = ""
    service: str = ""
    has_boundary: bool = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.arn or self.service or "anonymous"


class Named(enum.IntEnum):
    """How a Principal element names the principal that asks, from not at all to itself."""

    NOT = 0
    ACCOUNT = 1  # its account, which leaves the decision to identity-based policies
    LIMITED = 2  # its role, or everyone: what is granted stays within permissions boundary and session policies
    ITSELF = 3  # the user, the session or the service


@dataclass(frozen=True)
class Principals:
    """A compiled Principal or NotPrincipal element."""

    everyone: bool
    accounts: frozenset[str]
    arns: frozenset[str]
    services: frozenset[str]
    excluding: bool = False

    def named(self, principal: Principal) -> Named:
        """How a Principal element names `principal`; NotPrincipal names nobody, and so allows nobody anything."""
        if self.excluding:
            return Named.NOT
        if principal.kind is Kind.SERVICE:
            return Named.ITSELF if self.everyone or principal.service in self.services else Named.NOT
        if principal.arn in self.arns:
            return Named.ITSELF
        if self.everyone or (principal.role_arn and principal.role_arn in self.arns):
            return Named.LIMITED
        return Named.ACCOUNT if principal.account in self.accounts else Named.NOT

    def denies(self, principal: Principal) -> bool:
        """Whether a Deny statement with this element holds for `principal`."""
        if not self.excluding:
            return self.named(principal) is not Named.NOT
        if principal.kind is Kind.SERVICE:
            return principal.service not in self.services
        # AWS wants the account beside the user, and the role beside the session; a boundary is denied in any case.
        itself = principal.arn in self.arns and (not principal.role_arn or principal.role_arn in self.arns)
        return principal.has_boundary or not (itself and principal.account in self.accounts)


def parse(element: Any, *, excluding: bool) -> Principals:
    """The element as it stands in a statement: `"*"`, or kinds with one value or several."""
    if element == "*":
        return Principals(True, frozenset(), frozenset(), frozenset(), excluding)
    kinds: Mapping[str, Any] = element if isinstance(element, Mapping) else {}
    aws = _strings(kinds.get("AWS"))
    accounts = {match[1] for match in map(_ACCOUNT.fullmatch, aws) if match}
    arns = {value for value in aws if value != "*" and not _ACCOUNT.fullmatch(value)}
    return Principals(
        "*" in aws, frozenset(accounts), frozenset(arns), frozenset(_strings(kinds.get("Service"))), excluding
    )


def _strings(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
