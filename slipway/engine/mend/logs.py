"""CloudWatch Logs: its resource policies decide for AWS services that write to a log group.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from __future__ import annotations

import json

from slipway.engine import resource_policies
from slipway.engine.engine import current
from slipway.engine.services.logs.policies import statements


def apply() -> None:
    """Let the policy evaluator find the account's resource policies of CloudWatch Logs."""
    resource_policies.declare("logs", policy_of)


def policy_of(_: str) -> str | None:
    """Every resource policy as one document; None when there is none."""
    found = statements(current())
    return json.dumps({"Version": "2012-10-17", "Statement": found}) if found else None
