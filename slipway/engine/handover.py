"""Roles handed to MiniStack's services: iam:PassRole, that the role exists, and that it trusts the service.

docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from slipway.engine.exchange import Handover
from slipway.engine.mend.iam import records

Params = Mapping[str, Any]
Roles = Callable[[Params], list[str]]
_API_GATEWAY = "apigateway.amazonaws.com"
_INTEGRATION = "x-amazon-apigateway-integration"


def passed_roles(params: Params, path: str) -> list[str]:
    """The role ARNs at a dotted path of the parameters; a list is walked through."""
    values: list[Any] = [params]
    for part in path.split("."):
        values = [item for value in values for item in _members(value, part)]
    return [value for value in values if isinstance(value, str) and value]


def _members(value: Any, part: str) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [item[part] for item in items if isinstance(item, Mapping) and part in item]


def _at(path: str) -> Roles:
    return lambda params: passed_roles(params, path)


def _patched(path: str) -> Roles:
    """The value of a patch of API Gateway's."""
    return lambda params: [
        patch["value"]
        for patch in params.get("patchOperations") or ()
        if patch.get("path") == path and patch.get("value")
    ]


def _in_document(params: Params) -> list[str]:
    """The credentials of an OpenAPI document's integrations; what is no document is refused where it is imported."""
    body = params.get("body") or b"{}"
    try:
        document = json.loads(body) if body[:1] == b"{" else yaml.safe_load(body)
    except (ValueError, yaml.YAMLError):
        return []
    return list(_credentials(document))


def _credentials(node: Any) -> Iterator[str]:
    for name, value in node.items() if isinstance(node, Mapping) else ():
        role = value.get("credentials") if name == _INTEGRATION and isinstance(value, Mapping) else None
        if isinstance(role, str) and ":role/" in role:
            yield role
        yield from _credentials(value)


# By service and operation: where the role is in the parameters, and who gets it.
ROLES: Mapping[str, Mapping[str, tuple[Roles, str]]] = {
    "apigateway": {
        "PutIntegration": (_at("credentials"), _API_GATEWAY),
        "UpdateIntegration": (_patched("/credentials"), _API_GATEWAY),
        "UpdateAccount": (_patched("/cloudwatchRoleArn"), _API_GATEWAY),
        "ImportRestApi": (_in_document, _API_GATEWAY),
        "PutRestApi": (_in_document, _API_GATEWAY),
    },
    "events": {
        "PutRule": (_at("RoleArn"), "events.amazonaws.com"),
        "PutTargets": (_at("Targets.RoleArn"), "events.amazonaws.com"),
    },
    "lambda": dict.fromkeys(("CreateFunction", "UpdateFunctionConfiguration"), (_at("Role"), "lambda.amazonaws.com")),
}


def handed(service: str, operation: str, params: Params, account: str) -> list[Handover]:
    """The roles that a call hands over."""
    if (service, operation) == ("iam", "AddRoleToInstanceProfile"):
        return _to_instances(params["RoleName"], account)
    roles, principal = ROLES.get(service, {}).get(operation, (None, ""))
    return [Handover(role, principal) for role in roles(params)] if roles else []


def _to_instances(name: str, account: str) -> list[Handover]:
    """IAM only wants the right to pass the role; what instances do with it comes later.

    docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
    """
    role = records.role(name, account)
    return [Handover(role["Arn"], "ec2.amazonaws.com", assumed_now=False)] if role else []
