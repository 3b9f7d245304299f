"""What IAM evaluates of a request: resources and condition keys that MiniStack's edge leaves out.

docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.service_linked_roles import ROLES

_ACTIONS = "core.iam_actions"
_CONDITIONS = {
    "AWSServiceName": "iam:AWSServiceName",
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "PolicyArn": "iam:PolicyARN",
}
Params = Mapping[str, Any]


def apply() -> None:
    """Put our functions around MiniStack's."""
    adapter.replace(_ACTIONS, "extract_resource_arn", _with_resources)
    adapter.replace(_ACTIONS, "request_tag_context", _with_conditions)


def _with_resources(extract: Callable[..., str]) -> Callable[..., str]:
    def extracted(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        params: Params,
        region: str,
        account: str,
    ) -> str:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        found = resource_of(service, operation, _json(body), params, region, account)
        return found or extract(service, method, path, headers, body, params, region, account)

    return extracted


def resource_of(service: str, operation: str, body: Params, params: Params, region: str, account: str) -> str:
    """The ARN that a request is about; empty when MiniStack's own rule holds.

    A request for several alarms is about all alarms: a policy for some of them does not allow it.
    """
    if service == "events" and operation.endswith(("Rule", "Targets", "TargetsByRule")):
        bus = str(body.get("EventBusName") or "default").rpartition("/")[2]
        name = body.get("Rule") or body.get("Name")
        within = "" if bus == "default" else f"{bus}/"
        return f"arn:aws:events:{region}:{account}:rule/{within}{name}" if name else ""
    if service == "monitoring":
        names = body.get("AlarmNames") or []
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:{names[0]}" if len(names) == 1 else ""
    if service == "iam" and _value(params, "AWSServiceName"):
        principal = _value(params, "AWSServiceName")
        name = ROLES[principal].name if principal in ROLES else "*"
        return f"arn:aws:iam::{account}:role/aws-service-role/{principal}/{name}"
    return ""


def _with_conditions(tags: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def conditions(service: str, action: str, body: bytes, params: Params) -> dict[str, Any]:
        found = tags(service, action, body, params)
        if service == "monitoring" and "Namespace" in (metrics := _json(body)):
            return {**found, "cloudwatch:namespace": metrics["Namespace"]}
        if service != "iam":
            return found
        given = {key: _value(params, parameter) for parameter, key in _CONDITIONS.items()}
        return {**found, **{key: value for key, value in given.items() if value}}

    return conditions


def _value(params: Params, name: str) -> str:
    value = params.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value or "")


def _json(body: bytes) -> Params:
    """The members of a JSON body; none when it is something else."""
    try:
        parsed = json.loads(body) if body[:1] == b"{" else {}
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
