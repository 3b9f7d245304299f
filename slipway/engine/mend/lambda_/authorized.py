"""The action and the resource that IAM asks of a call to Lambda.

MiniStack tells the action by method and path, and takes the deletion of an alias for its listing.

docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.engine import current

# Where the action is not called as the operation is.
_ACTIONS = {"GetLayerVersionByArn": "GetLayerVersion", "Invoke": "InvokeFunction"}
# Their actions are about nothing in particular.
_OF_NOTHING = frozenset(
    {
        *("CreateEventSourceMapping", "GetAccountSettings", "ListEventSourceMappings", "ListFunctions"),
        *("ListLayers", "ListLayerVersions"),
    }
)


def action_of(operation: str) -> str:
    """The action of an operation."""
    return f"lambda:{_ACTIONS.get(operation, operation)}"


def resource_of(operation: str, params: Mapping[str, Any]) -> str:
    """The ARN of what a call is about; empty where the path of the request says it."""
    if operation in _OF_NOTHING:
        return "*"
    if operation == "CreateFunction":
        return _arn("function", params["FunctionName"])
    if operation == "GetLayerVersionByArn":
        return str(params["Arn"])
    if "LayerName" in params:
        layer = _arn("layer", params["LayerName"])
        return f"{layer}:{params['VersionNumber']}" if "VersionNumber" in params else layer
    return _arn("event-source-mapping", params["UUID"]) if "UUID" in params else ""


def _arn(kind: str, name: str) -> str:
    return name if name.startswith("arn:") else current().arn("lambda", f"{kind}:{name}")
