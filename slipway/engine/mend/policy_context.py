"""What IAM evaluates of a request: resources and condition keys that MiniStack's edge leaves out.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.iam import requests as iam
from slipway.engine.mend.kms import requests as kms
from slipway.engine.wire import WireRequest

_ACTIONS = "core.iam_actions"
Params = Mapping[str, Any]


def apply() -> None:
    """Put our function around MiniStack's."""
    adapter.replace(_ACTIONS, "extract_resource_arn", _with_resources)


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
        # Only these have members of JSON that name it; a body of S3's is an object, of any size.
        members = _json(bytes(body)) if service in ("events", "kms") else {}
        found = resource_of(service, operation, members, params, region, account)
        return found or extract(service, method, path, headers, body, params, region, account)

    return extracted


def resource_of(service: str, operation: str, body: Params, params: Params, region: str, account: str) -> str:
    """The ARN that a request is about; empty when MiniStack's own rule holds."""
    if service == "events" and operation.endswith(("Rule", "Targets", "TargetsByRule")):
        bus = str(body.get("EventBusName") or "default").rpartition("/")[2]
        name = body.get("Rule") or body.get("Name")
        within = "" if bus == "default" else f"{bus}/"
        return f"arn:aws:events:{region}:{account}:rule/{within}{name}" if name else ""
    if service == "iam":
        return iam.resource_of(params, account)
    return kms.resource_of(body) if service == "kms" else ""


def conditions_of(service: str, request: WireRequest, params: Params) -> Mapping[str, Any]:
    """The service's condition keys that are members of a request."""
    if service == "kms":
        return kms.conditions_of(_json(bytes(request.body)))
    return iam.conditions_of(params) if service == "iam" else {}


def _json(body: bytes) -> Params:
    """The members of a JSON body; none when it is something else."""
    try:
        parsed = json.loads(body) if body[:1] == b"{" else {}
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
