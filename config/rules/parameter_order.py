"""E9005: a parameter is described, and reads Description, Type, Default, constraints."""

from __future__ import annotations

from typing import Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

_FIRST: Final = ("Description", "Type", "Default")


class ParameterOrder(CloudFormationLintRule):
    """A form is made of these, and read by people."""

    id = "E9005"
    shortdesc = "Parameters read Description, Type, Default, constraints"
    description = "Every parameter has a description, and its members stand in that order"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html"
    tags: Final = ["slipway", "parameters"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """In the order in which the template was written."""
        matches = []
        for name, parameter in cfn.template.get("Parameters", {}).items():
            members = list(parameter)
            if not parameter.get("Description"):
                matches.append(RuleMatch(["Parameters", name], f"{name} has no Description"))
            if members != sorted(members, key=_rank):
                told = ", ".join(sorted(members, key=_rank))
                matches.append(RuleMatch(["Parameters", name], f"{name} reads {', '.join(members)}; expected {told}"))
        return matches


def _rank(member: str) -> int:
    return _FIRST.index(member) if member in _FIRST else len(_FIRST)
