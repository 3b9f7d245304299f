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


def documented(action: str, resource: str) -> tuple[str, str]:
    """The action and resource that a policy has to name."""
    if action == "logs:CreateLogStream" and ":log-stream:" not in resource:
        # A group's ARN ends in `:*` wherever CloudFormation gives it, and policies that name it so are what AWS's own
        # templates use: the stream to be made is matched by it, so it is the stream that is asked for.
        return action, f"{resource}:log-stream:"
    return _BATCHES.get(action, action), resource
