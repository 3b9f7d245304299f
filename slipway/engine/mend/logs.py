"""CloudWatch Logs: its resource policies decide for AWS services that write to a log group.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from __future__ import annotations

import json

from slipway.engine import adapter
from slipway.engine.engine import current

_SERVICE = "services.cloudwatch_logs"


def apply() -> None:
    """Let the policy evaluator find the account's resource policies of CloudWatch Logs."""
    adapter.add_resource_policies("logs", "cloudwatch_logs", policy_of)


def policy_of(_: str) -> tuple[str, str] | None:
    """Every resource policy as one document, and the account; None when there is none."""
    policies = adapter.part(_SERVICE)._resource_policies
    documents = [json.loads(policy["policyDocument"]) for policy in policies.values()]
    if not documents:
        return None
    statements = [statement for document in documents for statement in _list(document.get("Statement"))]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}), current().account


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []
