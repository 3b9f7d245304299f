"""AWS::Events: rules, event buses and archives.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
"""

from __future__ import annotations

from slipway.engine.resources.events import archives, buses, rules

RESOURCES = rules.TYPES | buses.TYPES | archives.TYPES
