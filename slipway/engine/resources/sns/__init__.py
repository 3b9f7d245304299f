"""AWS::SNS: topics, subscriptions and topic policies.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
"""

from __future__ import annotations

from slipway.engine.resources.sns import policies, subscriptions, topics

RESOURCES = topics.TYPES | subscriptions.TYPES | policies.TYPES
