"""E9001: no managed policy that opens everything, or everything of a service."""

from __future__ import annotations

import re
from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates

_TOO_MUCH: Final = re.compile(r"(AdministratorAccess|PowerUserAccess|\w*FullAccess)(\W|$)")


class AdministratorPolicies(CloudFormationLintRule):
    """A role gets exact actions, never a policy that AWS widens as its services grow."""

    id = "E9001"
    shortdesc = "No AdministratorAccess, PowerUserAccess or …FullAccess"
    description = "A managed policy that opens everything, or everything of a service, is not attached to a role"
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
    tags: Final = ["slipway", "iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Every text below ManagedPolicyArns, whatever function it stands in."""
        return [
            RuleMatch(path, f"{text} opens too much; name the actions that are needed")
            for logical_id, resource in _templates.resources(cfn, "AWS::IAM::Role")
            for path, text in _texts(
                resource.get("Properties", {}).get("ManagedPolicyArns", []),
                ["Resources", logical_id, "Properties", "ManagedPolicyArns"],
            )
            if _TOO_MUCH.search(text)
        ]


def _texts(value: Any, path: _templates.Place) -> list[tuple[_templates.Place, str]]:
    if isinstance(value, str):
        return [(path, value)]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in items for found in _texts(item, [*path, key])]
