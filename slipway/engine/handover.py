"""Roles handed to MiniStack's services: iam:PassRole, that the role exists, and that it trusts the service.

docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.authorization import passed_roles
from slipway.engine.exchange import Handover

# By service and operation: where the role is in the parameters, and who gets it.
ROLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "cloudformation": dict.fromkeys(
        ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet"), ("RoleARN", "cloudformation.amazonaws.com")
    ),
    "events": {
        "PutRule": ("RoleArn", "events.amazonaws.com"),
        "PutTargets": ("Targets.RoleArn", "events.amazonaws.com"),
    },
    "lambda": dict.fromkeys(("CreateFunction", "UpdateFunctionConfiguration"), ("Role", "lambda.amazonaws.com")),
}


def handed(service: str, operation: str, params: Mapping[str, Any]) -> list[Handover]:
    """The roles that a call hands over."""
    path, principal = ROLES.get(service, {}).get(operation, ("", ""))
    return [Handover(role, principal) for role in passed_roles(params, path)] if path else []
