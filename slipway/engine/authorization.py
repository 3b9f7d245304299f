"""Is it allowed: one question, asked of every call.

Identity policies, boundary, session policies and resource policies are evaluated by MiniStack's evaluator (reached
through the adapter); what it leaves out is here: handing roles over, trust, and AWS's own services as callers.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine import adapter, journal
from slipway.engine import credentials as keys
from slipway.engine.caller import Caller
from slipway.engine.errors import AccessDenied, ValidationFailed

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

SESSION_SECONDS = 3600
_RENEW_BEFORE = 300

# What AWS's services do on their own account, outside any policy of the customer's.
OWN_ACTIONS: Mapping[str, frozenset[str]] = {
    "sagemaker.amazonaws.com": frozenset(
        {"cloudwatch:PutMetricData", "application-autoscaling:DescribeScalableTargets"}
    ),
    "codebuild.amazonaws.com": frozenset({"cloudwatch:PutMetricData"}),
    "delivery.logs.amazonaws.com": frozenset({"logs:CreateLogStream", "logs:PutLogEvents"}),
    # PutTargets looks for the target; docs/decisions.md, "A rule's target comes first".
    "events.amazonaws.com": frozenset(
        {
            "lambda:GetFunction",
            "sqs:GetQueueUrl",
            "sns:GetTopicAttributes",
            "logs:DescribeLogGroups",
            "events:DescribeEventBus",
            "states:DescribeStateMachine",
            "codepipeline:GetPipeline",
            "codebuild:BatchGetProjects",
        }
    ),
    "sns.amazonaws.com": frozenset({"lambda:GetFunction", "sqs:GetQueueUrl"}),  # Subscribe looks for the subscriber
    "application-autoscaling.amazonaws.com": frozenset(
        {
            "cloudwatch:GetMetricData",
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:DeleteAlarms",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:SetAlarmState",
            "iam:CreateServiceLinkedRole",
        }
    ),
}


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
        self._services: dict[str, ServicePrincipal] = {}
        self._callers: dict[tuple[str, ...], tuple[float, Caller]] = {}
        self._lock = threading.Lock()

    def service_principal(self, access_key_id: str) -> ServicePrincipal | None:
        """The AWS service that signs with this key, if it is one."""
        return self._services.get(access_key_id)

    def check(self, access_key_id: str, action: str, resource: str, context: Mapping[str, Any]) -> None:
        """Refuse with AccessDenied unless the key's identity may do `action` on `resource`."""
        service = self._services.get(access_key_id)
        if service is not None:
            self._check_service(service, action, resource, context)
            return
        decision = adapter.decide(access_key_id, action, resource, self._engine.region, dict(context))
        journal.note_check(decision.principal, action, resource, "Allow" if decision.allowed else decision.reason)
        if not decision.allowed:
            raise AccessDenied(decision.principal, action, resource, decision.because(action))

    def check_pass_role(self, access_key_id: str, role_arn: str, service: str) -> None:
        """Refuse unless the identity may pass the role to `service`, and the role exists and trusts it."""
        self.check(access_key_id, "iam:PassRole", role_arn, {"iam:PassedToService": service})
        if adapter.role(role_arn) is None:
            raise ValidationFailed(f"The role {role_arn} does not exist; create it first or correct its ARN")
        if not self.trusts(role_arn, service, ""):
            raise ValidationFailed(
                f"{service} may not assume {role_arn}: its trust policy does not allow sts:AssumeRole"
            )

    def trusts(self, role_arn: str, principal: str, source_arn: str) -> bool:
        """Whether the role's trust policy lets the service principal assume it."""
        context = {"aws:SourceAccount": self._engine.account, **({"aws:SourceArn": source_arn} if source_arn else {})}
        return adapter.trusts(role_arn, principal, context)

    def as_role(self, role_arn: str, principal: str, session_name: str, source_arn: str = "") -> Caller:
        """A session of the role for `principal`: a service principal, or the ARN of a caller.

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
        session_name = caller.arn.rsplit("/", 1)[-1]
        adapter.register_session(credentials, role_arn, session_name, caller.arn, SESSION_SECONDS, policy)
        return Caller(self._engine, caller.arn, credentials)

    def assumed_for(self, access_key_id: str) -> tuple[str, str]:
        """The service principal that made a role's session, and on behalf of which ARN; empty if no service did."""
        with self._lock:
            sessions = [(key, caller) for key, (_, caller) in self._callers.items() if key[0] == "role"]
        for key, caller in sessions:
            if caller.credentials.access_key_id == access_key_id:
                return key[2], key[4]
        return "", ""

    def as_service(self, principal: str, source_arn: str = "") -> Caller:
        """An AWS service as a caller: only resource policies that name it let it in."""
        return self._reuse(("service", principal, source_arn), lambda: self._new_service(principal, source_arn))

    def _reuse(self, key: tuple[str, ...], make: Any) -> Caller:
        with self._lock:
            expires, caller = self._callers.get(key, (0.0, None))
        if caller is not None and expires > time.time() + _RENEW_BEFORE:
            return caller
        made: Caller = make()
        with self._lock:
            self._callers[key] = (time.time() + SESSION_SECONDS, made)
        return made

    def _assume(self, role_arn: str, principal: str, session_name: str, source_arn: str) -> Caller:
        entry = journal.Entry(secrets.token_hex(8), "sts", "AssumeRole", caller=principal)
        with self._engine.journal.call(entry):
            allowed = adapter.role(role_arn) is not None and self.trusts(role_arn, principal, source_arn)
            journal.note_check(principal, "sts:AssumeRole", role_arn, "Allow" if allowed else "ImplicitDeny")
            entry.status = 200 if allowed else 403
            if not allowed:
                entry.error = "AccessDenied"
                reason = "because no role trust policy allows the sts:AssumeRole action"
                raise AccessDenied(principal, "sts:AssumeRole", role_arn, reason)
        credentials = keys.new(keys.ROLE)
        name = role_arn.rsplit("/", 1)[-1]
        arn = f"arn:aws:sts::{self._engine.account}:assumed-role/{name}/{session_name}"
        adapter.register_session(credentials, role_arn, session_name, arn, SESSION_SECONDS)
        return Caller(self._engine, arn, credentials)

    def _new_service(self, principal: str, source_arn: str) -> Caller:
        credentials = keys.new(keys.SERVICE)
        self._services[credentials.access_key_id] = ServicePrincipal(principal, source_arn, self._engine.account)
        adapter.register_service_session(credentials, principal, SESSION_SECONDS)
        return Caller(self._engine, principal, credentials)

    def _check_service(self, service: ServicePrincipal, action: str, resource: str, context: Mapping[str, Any]) -> None:
        allowed = action in OWN_ACTIONS.get(service.name, ()) or adapter.resource_policy_allows(
            service.name,
            action,
            resource,
            {
                **context,
                "aws:SourceAccount": service.account,
                "aws:PrincipalIsAWSService": "true",
                **({"aws:SourceArn": service.source_arn} if service.source_arn else {}),
            },
        )
        journal.note_check(service.name, action, resource, "Allow" if allowed else "ImplicitDeny")
        if not allowed:
            reason = f"because no resource-based policy of it allows the {action} action to {service.name}"
            raise AccessDenied(service.name, action, resource, reason)


def passed_roles(params: Mapping[str, Any], path: str) -> list[str]:
    """The role ARNs at a dotted path of the parameters; a list is walked through."""
    values: list[Any] = [params]
    for part in path.split("."):
        values = [item for value in values for item in _members(value, part)]
    return [value for value in values if isinstance(value, str) and value]


def _members(value: Any, part: str) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [item[part] for item in items if isinstance(item, Mapping) and part in item]
