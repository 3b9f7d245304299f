"""Is it allowed: one question, asked of every call, and answered by `slipway.engine.policy`.

Here is what surrounds the answer: whose policies apply, handing roles over, assuming them, AWS's own services as
callers, and the journal.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from slipway.engine import adapter, assuming, journal, resource_policies, retrying, standing
from slipway.engine import credentials as keys
from slipway.engine.actions import NEEDS_NOTHING
from slipway.engine.caller import Caller
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.iam import records
from slipway.engine.mend.iam.records import Session
from slipway.engine.own_actions import OWN_ACTIONS
from slipway.engine.policy import Decision, Policies, Request, Source, compiled, evaluate
from slipway.engine.policy.decision import ALLOW, OWN, UNASKED
from slipway.engine.policy.principals import Kind
from slipway.engine.request_keys import RequestKeys
from slipway.engine.standing import Standing
from slipway.engine.weighed import Weighed

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

SESSION_SECONDS = 3600
_RENEW_BEFORE = 900  # clients ask for new keys as early
_REUSED = 64
_ASSUME = "sts:AssumeRole"
_UNKNOWN_KEY = "The security token included in the request is invalid."


@dataclass(frozen=True)
class ServicePrincipal:
    """An AWS service as a caller, on behalf of `source_arn`."""

    name: str
    source_arn: str
    account: str


class Authorization:
    """Answers for one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._callers: dict[tuple[str, ...], tuple[float, Caller]] = {}
        self._lock = threading.Lock()

    def service_principal(self, access_key_id: str) -> ServicePrincipal | None:
        """The AWS service that signs with this key, if it is one."""
        session = records.session(access_key_id) or {}
        if session.get("PrincipalType") != Kind.SERVICE.value:
            return None
        return ServicePrincipal(session["UserId"], session["ByService"]["source_arn"], self._engine.account)

    def check(self, access_key_id: str, action: str, resource: str, context: Mapping[str, Any]) -> None:
        """Refuse with AccessDenied unless the key's identity may do `action` on `resource`."""
        who = self._standing(access_key_id)
        if who is None:
            raise AwsError("UnrecognizedClientException", _UNKNOWN_KEY, status=403)
        self._decide(who, action, resource, context)

    def check_pass_role(
        self, access_key_id: str, role_arn: str, service: str, context: Mapping[str, Any], *, assumed_now: bool = True
    ) -> None:
        """Refuse unless the identity may pass the role to `service`, and that can assume it if it does so now.

        docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html: of the services here none
        says that it tells IAM what the role is for (iam:AssociatedResourceArn).
        """
        self.check(access_key_id, "iam:PassRole", role_arn, {**context, "iam:PassedToService": service})
        if assumed_now and not self._may_trust(role_arn, service):
            raise assuming.refusal(role_arn, service, exists=adapter.role(role_arn) is not None)

    def would_allow(self, access_key_id: str, action: str, key_policy: str) -> bool:
        """Whether the identity could do `action` on a KMS key that had this policy."""
        who = self._standing(access_key_id)
        if who is None:
            return False
        resource = self._engine.arn("kms", "key/new")
        keys = RequestKeys(self._engine, resource, who.keys)
        source = Source("the new key policy", compiled(key_policy))
        policies = Policies(who.identity, who.boundary, who.session, source, resource_must_allow=True)
        return evaluate(Request(who.principal, action, resource, keys), policies).allowed

    def trusts(self, role_arn: str, principal: str, source_arn: str) -> bool:
        """Whether the role's trust policy lets the service principal assume it."""
        who = standing.of_service(principal, self._engine.account, source_arn)
        return self._weigh(who, _ASSUME, role_arn, {}).decision.allowed

    def _may_trust(self, role_arn: str, service: str) -> bool:
        """Whether the service can assume the role on behalf of something: of what is not known when it is passed."""
        sources = resource_policies.sources_in_trust(role_arn, self._engine.account)
        return any(self.trusts(role_arn, service, source) for source in ("", *sources))

    def _standing(self, access_key_id: str) -> Standing | None:
        service = self.service_principal(access_key_id)
        if service is not None:
            return standing.of_service(service.name, service.account, service.source_arn)
        return standing.of_key(access_key_id, self._engine.account)

    def _decide(self, who: Standing, action: str, resource: str, context: Mapping[str, Any]) -> None:
        weighed = self._weigh(who, action, resource, context)
        journal.note_check(action, resource, weighed)
        if not weighed.decision.allowed:
            raise AccessDenied(who.principal.name, action, resource, weighed.decision.because(action))

    def _weigh(self, who: Standing, action: str, resource: str, context: Mapping[str, Any]) -> Weighed:
        if action in OWN_ACTIONS.get(who.principal.service, ()):
            return Weighed(who.principal, Decision(ALLOW, OWN))
        if action in NEEDS_NOTHING:
            return Weighed(who.principal, Decision(ALLOW, UNASKED))
        account = self._engine.account
        keys = RequestKeys(self._engine, resource, context, who.keys)
        found = resource_policies.of(action, resource, account)
        policies = Policies(who.identity, who.boundary, who.session, found.source, found.must_allow, found.kind)
        decision = evaluate(Request(who.principal, action, resource, keys), policies)
        return Weighed(who.principal, decision, policies, keys.asked)

    def as_role(self, role_arn: str, principal: str, session_name: str, source_arn: str = "") -> Caller:
        """A session of the role for the service `principal`.

        Sessions are reused until shortly before they expire, or until their role is deleted; one made anew under the
        same name is another role. AccessDenied when the role does not exist or does not trust the principal.
        """
        role_id = str((adapter.role(role_arn) or {}).get("RoleId", ""))
        key = ("role", role_arn, principal, session_name, source_arn, role_id)
        return self._reuse(key, lambda: self._assume(role_arn, principal, session_name, source_arn))

    def narrow(self, caller: Caller, role_arn: str, policy: str) -> Caller:
        """The session of `caller`, which has `role_arn`, with keys that may do no more than `policy`: to be handed on.

        docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
        """
        credentials = keys.new(keys.ROLE)
        records.register_session(credentials, self._session(role_arn, caller.arn, policy))
        return Caller(self._engine, caller.arn, credentials)

    def assumed_for(self, access_key_id: str) -> tuple[str, str]:
        """The service principal that made a role's session, and on behalf of which ARN; empty if no service did."""
        made = (records.session(access_key_id) or {}).get("ByService") or {}
        return made.get("principal", ""), made.get("source_arn", "")

    def as_service(self, principal: str, source_arn: str = "") -> Caller:
        """An AWS service as a caller: only resource policies that name it let it in."""
        return self._reuse(("service", principal, source_arn), lambda: self._new_service(principal, source_arn))

    def _reuse(self, key: tuple[str, ...], make: Any) -> Caller:
        with self._lock:
            expires, caller = self._callers.pop(key, (0.0, None))
            if caller is not None:
                self._callers[key] = (expires, caller)  # the last one used is the last one forgotten
        if caller is not None and expires > time.time() + _RENEW_BEFORE:
            return caller
        made: Caller = make()
        with self._lock:
            self._callers[key] = (time.time() + SESSION_SECONDS, made)
            while len(self._callers) > _REUSED:
                del self._callers[next(iter(self._callers))]
        return made

    def _assume(self, role_arn: str, principal: str, session_name: str, source_arn: str) -> Caller:
        account = self._engine.account
        entry = journal.Entry(secrets.token_hex(8), "sts", "AssumeRole", caller=principal, status=403)
        with self._engine.journal.call(entry):
            entry.error = "AccessDenied"
            who = standing.of_service(principal, account, source_arn)
            self._decide(who, _ASSUME, role_arn, {"sts:RoleSessionName": session_name})
            entry.status, entry.error = 200, ""
        credentials = keys.new(keys.ROLE)
        name = role_arn.rsplit("/", 1)[-1]
        arn = f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}"
        made = {"role_arn": role_arn, "principal": principal, "session_name": session_name, "source_arn": source_arn}
        records.register_session(credentials, replace(self._session(role_arn, arn), by_service=made))
        return Caller(self._engine, arn, credentials, attempts=retrying.attempts(principal))

    def _session(self, role_arn: str, arn: str, policy: str = "") -> Session:
        role = adapter.role(role_arn) or {}
        identifier = f"{role.get('RoleId', '')}:{arn.rsplit('/', 1)[-1]}"
        return Session(arn, identifier, self._engine.account, SESSION_SECONDS, policy=policy)

    def _new_service(self, principal: str, source_arn: str) -> Caller:
        credentials, account = keys.new(keys.SERVICE), self._engine.account
        arn = f"arn:aws:iam::{account}:service/{principal}"
        made = {"source_arn": source_arn}
        records.register_session(
            credentials, Session(arn, principal, account, SESSION_SECONDS, Kind.SERVICE, by_service=made)
        )
        return Caller(self._engine, principal, credentials, attempts=retrying.attempts(principal))
