"""Policies are checked when they are put, before the service takes them: each refuses in words of its own.

docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
"""

from __future__ import annotations

import fnmatch
import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.engine import lint_data
from slipway.engine.caller import Caller
from slipway.engine.errors import AwsError
from slipway.engine.mend.iam import records
from slipway.engine.policy.grammar import InvalidPrincipal, Malformed, PolicyKind, check

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Put:
    """Where an operation's policy is, what it is attached to, and how a malformed one is refused."""

    kind: PolicyKind
    document: Callable[[Params], str | None]
    code: str
    message: str = "{}"


def _member(name: str) -> Callable[[Params], str | None]:
    return lambda params: params.get(name) or None


def _attribute(params: Params) -> str | None:
    """A queue's or a topic's Policy among the attributes that are set."""
    if params.get("AttributeName") == "Policy":
        return params.get("AttributeValue") or None
    return (params.get("Attributes") or {}).get("Policy") or None


def _patched(params: Params) -> str | None:
    patches = params.get("patchOperations") or ()
    return next((patch["value"] for patch in patches if patch.get("path") == "/policy" and patch.get("value")), None)


def _iam(kind: PolicyKind, name: str = "PolicyDocument") -> Put:
    return Put(kind, _member(name), "MalformedPolicyDocument")


_KMS = Put(PolicyKind.RESOURCE, _member("Policy"), "MalformedPolicyDocumentException")
_SNS = Put(PolicyKind.RESOURCE, _attribute, "InvalidParameter", "Invalid parameter: Policy Error: {}")
_SQS = Put(
    PolicyKind.RESOURCE, _attribute, "InvalidAttributeValue", "Invalid value for the parameter Policy. Reason: {}"
)
_KMS_PRINCIPAL = "Policy contains a statement with one or more invalid principals."
_API = "Invalid policy document. Please check the policy syntax and ensure that Principals are valid. {}"

PUTS: Mapping[str, Mapping[str, Put]] = {
    "iam": {
        "CreatePolicy": _iam(PolicyKind.IDENTITY),
        "CreatePolicyVersion": _iam(PolicyKind.IDENTITY),
        "PutRolePolicy": _iam(PolicyKind.IDENTITY),
        "PutUserPolicy": _iam(PolicyKind.IDENTITY),
        "PutGroupPolicy": _iam(PolicyKind.IDENTITY),
        "CreateRole": _iam(PolicyKind.TRUST, "AssumeRolePolicyDocument"),
        "UpdateAssumeRolePolicy": _iam(PolicyKind.TRUST),
    },
    "s3": {"PutBucketPolicy": Put(PolicyKind.RESOURCE, _member("Policy"), "MalformedPolicy")},
    "kms": {"CreateKey": _KMS, "PutKeyPolicy": _KMS},
    "sns": {"CreateTopic": _SNS, "SetTopicAttributes": _SNS},
    "sqs": {"CreateQueue": _SQS, "SetQueueAttributes": _SQS},
    "secretsmanager": {
        "PutResourcePolicy": Put(PolicyKind.RESOURCE, _member("ResourcePolicy"), "MalformedPolicyDocumentException")
    },
    "apigateway": {
        "CreateRestApi": Put(PolicyKind.RESOURCE, _member("policy"), "BadRequestException", _API),
        "UpdateRestApi": Put(PolicyKind.RESOURCE, _patched, "BadRequestException", _API),
    },
}


def refuse_malformed(caller: Caller, service: str, operation: str, params: Params) -> None:
    """Refuse a policy that AWS would not take; an AwsError in the service's words."""
    if (service, operation) == ("lambda", "AddPermission"):
        _check_function_principal(params["Principal"], caller.engine.account)
    put = PUTS.get(service, {}).get(operation)
    text = put.document(params) if put else None
    if put is None or text is None:
        return
    try:
        check(text, put.kind)
        _check_principals_exist(text, caller.engine.account)
        if service == "s3":
            _check_bucket(text, params["Bucket"])
        if service == "sns":
            _check_topic(text)
        if service == "kms" and not params.get("BypassPolicyLockoutSafetyCheck"):
            _check_lockout(caller, text)
    except InvalidPrincipal as invalid:
        raise AwsError(
            put.code, _KMS_PRINCIPAL if service == "kms" else put.message.format(invalid), status=400
        ) from invalid
    except Malformed as malformed:
        raise AwsError(put.code, put.message.format(malformed), status=400) from malformed


def _check_principals_exist(text: str, account: str) -> None:
    """Users and roles of this account that a policy names must be there; IAM keeps them by their ids."""
    for statement in _statements(text):
        for element in (statement.get("Principal"), statement.get("NotPrincipal")):
            for arn in _list(element.get("AWS")) if isinstance(element, dict) else ():
                if not _exists(arn, account):
                    raise InvalidPrincipal("AWS", arn)


def _exists(arn: str, account: str) -> bool:
    prefix = f"arn:aws:iam::{account}:"
    kind, _, path = arn.removeprefix(prefix).partition("/")
    if not arn.startswith(prefix) or kind not in ("role", "user"):
        return True
    find = records.role if kind == "role" else records.user
    record = find(path.rsplit("/", 1)[-1], account)
    return record is not None and record["Arn"] == arn


def _check_bucket(text: str, bucket: str) -> None:
    """A bucket's policy is about S3's actions on that bucket and its objects."""
    own = f"arn:aws:s3:::{bucket}"
    for statement in _statements(text):
        for action in _list(statement.get("Action") or statement.get("NotAction")):
            if action != "*" and not _is_of_s3(action):
                raise Malformed("Policy has invalid action")
        for resource in _list(statement.get("Resource") or statement.get("NotResource")):
            if resource != own and not resource.startswith((f"{own}/", f"{own}*")):
                raise Malformed("Policy has invalid resource")


def _is_of_s3(action: str) -> bool:
    """Whether S3 has an action of that name, or one that it stands for."""
    service, _, name = action.lower().partition(":")
    return service == "s3" and any(fnmatch.fnmatchcase(known, name) for known in _s3_actions())


@functools.cache
def _s3_actions() -> frozenset[str]:
    """S3's actions in small letters, from cfn-lint's list of what the service authorization reference has."""
    services = json.loads((lint_data.folder() / "AdditionalSpecs" / "Policies.json").read_text(encoding="utf-8"))
    return frozenset(services["s3"]["Actions"])


def _check_topic(text: str) -> None:
    """A topic's policy is about SNS's actions."""
    for statement in _statements(text):
        for action in _list(statement.get("Action") or statement.get("NotAction")):
            if action != "*" and not action.lower().startswith("sns:"):
                message = "Invalid parameter: Policy statement action out of service scope!"
                raise AwsError("InvalidParameter", message, status=400)


def _check_function_principal(principal: str, account: str) -> None:
    """A function's policy is made of statements: of one, only the principal can be wrong."""
    known = re.fullmatch(r"\*|\d{12}|[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com|arn:aws:(iam|sts)::\d{12}:.+", principal)
    if not known or not _exists(principal, account):
        message = "The provided principal was invalid. Please check the principal and try again."
        raise AwsError("InvalidParameterValueException", message, status=400)


def _check_lockout(caller: Caller, text: str) -> None:
    """Whoever sets a key's policy must be able to set it again."""
    if not caller.engine.authorization.would_allow(caller.credentials.access_key_id, "kms:PutKeyPolicy", text):
        raise Malformed("The new key policy will not allow you to update the key policy in the future.")


def _statements(text: str) -> list[dict[str, Any]]:
    return _list(json.loads(text)["Statement"])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
