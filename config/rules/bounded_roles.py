"""E9009: every role takes the boundary that an account may ask for."""

from __future__ import annotations

from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates

_MADE_A_ROLE_BY_SAM: Final = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


class BoundedRoles(CloudFormationLintRule):
    """Many accounts refuse a role without their boundary; a bundle that forgets one of its roles fails there."""

    id = "E9009"
    shortdesc = "Every role has a PermissionsBoundary, if one is given"
    description = "PermissionsBoundary is a condition: the boundary that is given, or none"
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
    tags: Final = ["slipway", "iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """A function without Role would get one of SAM's making, which this and the other rules do not see."""
        unbounded = [
            RuleMatch(["Resources", logical_id], f"{logical_id} has no PermissionsBoundary on a condition")
            for logical_id, resource in _templates.resources(cfn, "AWS::IAM::Role")
            if not _is_conditional(resource.get("Properties", {}).get("PermissionsBoundary"))
        ]
        without_role = [
            RuleMatch(["Resources", logical_id], f"{logical_id} has no Role; give it one of the template's")
            for logical_id, resource in _templates.resources(cfn, *_MADE_A_ROLE_BY_SAM)
            if "Role" not in resource.get("Properties", {})
        ]
        return unbounded + without_role


def _is_conditional(boundary: Any) -> bool:
    return isinstance(boundary, dict) and boundary.get("Fn::If", [None, None, None])[2] == {"Ref": "AWS::NoValue"}
