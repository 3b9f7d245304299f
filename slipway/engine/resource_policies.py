"""The policy that a resource carries: a bucket's, a queue's, a key's, a role's trust policy.

Services of ours give a look-up of their own; MiniStack's are read through its records.

docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_resource-based
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slipway.engine.mend.iam import records
from slipway.engine.policy import Source, compiled
from slipway.engine.policy.decision import RESOURCE, TRUST

LookUp = Callable[[str], str | None]
_own: dict[str, LookUp] = {}

# Under which name MiniStack keeps the policies of the resources of an IAM service prefix.
_MINISTACK = {name: name for name in ("s3", "sns", "sqs", "lambda", "secretsmanager", "kms")} | {
    "execute-api": "apigateway"
}


@dataclass(frozen=True)
class Found:
    """A resource's policy, what messages call it, and whether it must allow a request in any case.

    Role trust policies and key policies must: the page names them as the two exceptions.
    docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """

    source: Source | None
    kind: str = RESOURCE
    must_allow: bool = False


def declare(prefix: str, look_up: LookUp) -> None:
    """Say how the policy of a resource is found, for the IAM prefix of a service of ours: the text by the ARN."""
    _own[prefix] = look_up


def of(action: str, resource: str, account: str) -> Found:
    """The policy of `resource` for a request to do `action`."""
    prefix = action.partition(":")[0]
    if not resource.startswith("arn:"):
        return Found(None)
    if prefix == "sts":
        return trust(resource, account)
    text = _text(prefix, resource)
    return Found(Source(resource, compiled(text)) if text else None, must_allow=prefix == "kms" and text is not None)


def trust(role_arn: str, account: str) -> Found:
    """A role's trust policy; nobody may assume a role that is not there."""
    role = records.role(role_arn.rsplit("/", 1)[-1], account)
    text = records.text(role["AssumeRolePolicyDocument"]) if role and role["Arn"] == role_arn else None
    return Found(Source(role_arn, compiled(text)) if text else None, TRUST, must_allow=True)


def sources_in_trust(role_arn: str, account: str) -> list[str]:
    """ARNs that the trust policy's conditions on `aws:SourceArn` are about, one for each pattern.

    docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    source = trust(role_arn, account).source
    patterns = source.policy.compared_with("aws:sourcearn") if source else []
    return [pattern.replace("*", "any").replace("?", "x") for pattern in patterns]


def _text(prefix: str, resource: str) -> str | None:
    if prefix in _own:
        return _own[prefix](resource)
    return records.resource_policy(_MINISTACK[prefix], resource) if prefix in _MINISTACK else None
