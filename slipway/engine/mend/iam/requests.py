"""What IAM evaluates of a request to itself: the resource's ARN, which holds its path, and the condition keys.

docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.mend.iam.handlers import Params, principal, store, value
from slipway.engine.mend.service_linked_roles import ROLES

_CONDITIONS = {
    "AWSServiceName": "iam:AWSServiceName",
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "PolicyArn": "iam:PolicyARN",
}
# Their key is the boundary that the principal has, not one in the request.
_ON_BOUNDARY = ("Attach", "Detach", "Put", "Delete")
# A request that names several things is about the first of these.
_KINDS = (
    ("InstanceProfileName", "instance-profile", "_instance_profiles"),
    ("GroupName", "group", "_groups"),
    ("RoleName", "role", "_roles"),
    ("UserName", "user", "_users"),
)


def resource_of(params: Params, account: str) -> str:
    """The ARN that a request is about; empty when it names nothing that IAM knows by a name."""
    service = value(params, "AWSServiceName")
    if service:
        name = ROLES[service].name if service in ROLES else "*"
        return f"arn:aws:iam::{account}:role/aws-service-role/{service}/{name}"
    for parameter, kind, records in _KINDS:
        if name := value(params, parameter):
            made = getattr(store(), records).get(name)
            return str(made["Arn"]) if made else _arn(account, kind, params, name)
    if name := value(params, "PolicyName"):
        return _arn(account, "policy", params, name)
    return ""


def _arn(account: str, kind: str, params: Params, name: str) -> str:
    """The ARN of what a request makes."""
    return f"arn:aws:iam::{account}:{kind}{value(params, 'Path') or '/'}{name}"


def conditions_of(params: Params) -> Mapping[str, Any]:
    """The condition keys that a request carries."""
    given = {key: value(params, parameter) for parameter, key in _CONDITIONS.items()}
    found = {key: text for key, text in given.items() if text}
    if value(params, "Action").startswith(_ON_BOUNDARY):
        _, _, record = principal(params)
        boundary = (record or {}).get("PermissionsBoundary")
        return {**({"iam:PermissionsBoundary": boundary} if boundary else {}), **found}
    return found
