"""In which order the kinds of policies decide, for requests within one account.

1. An explicit deny anywhere ends it.
2. A resource-based policy that names the user, the session or the service itself allows it, whatever the rest leaves
   out. One that names the role, or everyone, stands in for identity-based policies: boundary and session policies still
   limit it. One that names the account leaves it to identity-based policies.
3. Otherwise an identity-based policy must allow it, and so must the boundary and the session policies, where there are.

Key policies and role trust policies are apart: they must allow it in any case, be it by naming the account.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from slipway.engine.policy.decision import (
    ALLOW,
    BOUNDARY,
    DENY,
    IDENTITY,
    IMPLICIT_DENY,
    RESOURCE,
    SESSION,
    Decision,
)
from slipway.engine.policy.document import Policy
from slipway.engine.policy.principals import Kind, Named
from slipway.engine.policy.request import Request


@dataclass(frozen=True)
class Source:
    """A policy and what it is called: its ARN, or whose it is and its name."""

    name: str
    policy: Policy


@dataclass(frozen=True)
class Policies:
    """Every policy that applies to a request.

    `boundary` and `session` are None when there are none, which limits nothing; `resource_must_allow` is for KMS keys
    and roles, `resource_kind` what messages call the resource's policy.
    """

    identity: tuple[Source, ...] = ()
    boundary: tuple[Source, ...] | None = None
    session: tuple[Source, ...] | None = None
    resource: Source | None = None
    resource_must_allow: bool = False
    resource_kind: str = RESOURCE


def evaluate(request: Request, policies: Policies) -> Decision:
    """The decision, and the statement that it stands on."""
    return _denied(request, policies) or _granted_by_resource(request, policies) or _granted(request, policies)


def _denied(request: Request, policies: Policies) -> Decision | None:
    if policies.resource is not None:
        statement = policies.resource.policy.denies(request)
        if statement:
            return Decision(DENY, policies.resource_kind, policies.resource.name, statement.label)
    for kind, source in _of_principal(policies):
        statement = source.policy.first(request, allows=False)
        if statement:
            return Decision(DENY, kind, source.name, statement.label)
    return None


def _of_principal(policies: Policies) -> Iterator[tuple[str, Source]]:
    yield from ((IDENTITY, source) for source in policies.identity)
    yield from ((BOUNDARY, source) for source in policies.boundary or ())
    yield from ((SESSION, source) for source in policies.session or ())


def _granted_by_resource(request: Request, policies: Policies) -> Decision | None:
    """The resource-based policy's decision; None when it leaves that to the identity's."""
    named, decision = _resource_says(request, policies)
    if named is Named.NOT:
        alone = request.principal.kind in (Kind.SERVICE, Kind.ANONYMOUS)
        if alone or policies.resource_must_allow:
            return Decision(IMPLICIT_DENY, policies.resource_kind)
        return None
    if named is Named.ITSELF:
        return decision
    if named is Named.LIMITED:
        return _limited(request, policies) or decision
    return None


def _resource_says(request: Request, policies: Policies) -> tuple[Named, Decision]:
    source = policies.resource
    named, statement = source.policy.grants(request) if source else (Named.NOT, None)
    name, label = (source.name if source else ""), (statement.label if statement else "")
    return named, Decision(ALLOW, policies.resource_kind, name, label)


def _granted(request: Request, policies: Policies) -> Decision:
    allowed = _allowed_by(request, policies.identity, IDENTITY)
    if allowed is None:
        return Decision(IMPLICIT_DENY, IDENTITY)
    return _limited(request, policies) or allowed


def _limited(request: Request, policies: Policies) -> Decision | None:
    """The refusal of the boundary or the session policies; None when they allow it or are not there."""
    for kind, sources in ((BOUNDARY, policies.boundary), (SESSION, policies.session)):
        if sources is not None and _allowed_by(request, sources, kind) is None:
            return Decision(IMPLICIT_DENY, kind)
    return None


def _allowed_by(request: Request, sources: Iterable[Source], kind: str) -> Decision | None:
    for source in sources:
        statement = source.policy.first(request, allows=True)
        if statement:
            return Decision(ALLOW, kind, source.name, statement.label)
    return None
