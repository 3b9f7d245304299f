"""CloudFormation's notification configuration as the API has it.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-notificationconfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# CloudFormation's list → the API's list, CloudFormation's destination → the API's.
_KINDS = (
    ("LambdaConfigurations", "LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    ("QueueConfigurations", "QueueConfigurations", "Queue", "QueueArn"),
    ("TopicConfigurations", "TopicConfigurations", "Topic", "TopicArn"),
)


def notification_of(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The NotificationConfiguration of PutBucketNotificationConfiguration; an empty one turns notifications off."""
    found: dict[str, Any] = {}
    for name, member, destination, arn in _KINDS:
        if name in configuration:
            found[member] = [_one(each, destination, arn) for each in configuration[name]]
    if configuration.get("EventBridgeConfiguration", {}).get("EventBridgeEnabled"):
        found["EventBridgeConfiguration"] = {}
    return found


def _one(configuration: Mapping[str, Any], destination: str, arn: str) -> dict[str, Any]:
    rules = configuration.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    key_filter = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {arn: configuration[destination], "Events": [configuration["Event"]], **key_filter}
