"""E9007: logs end some day."""

from __future__ import annotations

from typing import Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates


class LogRetention(CloudFormationLintRule):
    """A group without retention is kept, and paid for, forever."""

    id = "E9007"
    shortdesc = "Log groups have RetentionInDays"
    description = "Every log group states how long its events are kept"
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html"
    )
    tags: Final = ["slipway", "logs"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """One match a group."""
        return [
            RuleMatch(["Resources", logical_id, "Properties"], f"{logical_id} has no RetentionInDays")
            for logical_id, resource in _templates.resources(cfn, "AWS::Logs::LogGroup")
            if "RetentionInDays" not in resource.get("Properties", {})
        ]
