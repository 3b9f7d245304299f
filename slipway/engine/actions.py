"""Where MiniStack's edge asks for another action or resource than IAM documents for the operation."""

from __future__ import annotations

from collections.abc import Mapping

# docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html: a batch needs
# the permission of the single operation.
_BATCHES: Mapping[str, str] = {
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}

# docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
_ON_LOG_STREAMS = frozenset({"logs:CreateLogStream", "logs:DeleteLogStream", "logs:GetLogEvents", "logs:PutLogEvents"})

# docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: nothing allows or denies them.
NEEDS_NOTHING = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})


def documented(action: str, resource: str) -> tuple[str, str]:
    """The action and resource that a policy has to name."""
    if action in _ON_LOG_STREAMS and ":log-stream:" not in resource:
        # A group's ARN ends in `:*` where CloudFormation gives it, and a policy that names it so matches its streams.
        return action, f"{resource}:log-stream:"
    return _BATCHES.get(action, action), resource
