"""E9008: account, region and partition are pseudo parameters."""

from __future__ import annotations

import re
from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates

_LITERALS: Final = {
    "partition": re.compile(r"\barn:aws[a-z-]*:"),
    "account id": re.compile(r"(?<![\w-])\d{12}(?![\w-])"),
    "region": re.compile(
        r"\b(us|eu|ap|sa|ca|me|af|il|mx|cn)(-gov|-iso[a-z]?)?-(north|south|east|west|central)[a-z]*-\d\b"
    ),
}
# Descriptions and patterns of parameters may speak of ARNs.
_SECTIONS: Final = ("Mappings", "Conditions", "Resources", "Outputs")


class PlacesByReference(CloudFormationLintRule):
    """The bundle runs wherever it is launched, also in China and in GovCloud."""

    id = "E9008"
    shortdesc = "No literal account, region or partition"
    description = "AWS::AccountId, AWS::Region and AWS::Partition stand for the place where a template is launched"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"
    tags: Final = ["slipway"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Keys too: a mapping by region is a list of regions."""
        return [found for section in _SECTIONS for found in _literals(cfn.template.get(section, {}), [section])]


def _literals(value: Any, path: _templates.Place) -> list[RuleMatch]:
    if isinstance(value, dict):
        keys = [match for key in value for match in _in_text(str(key), [*path, key])]
        return keys + [match for key, item in value.items() for match in _literals(item, [*path, key])]
    if isinstance(value, list):
        return [match for index, item in enumerate(value) for match in _literals(item, [*path, index])]
    return _in_text(str(value), path)


def _in_text(text: str, path: _templates.Place) -> list[RuleMatch]:
    return [
        RuleMatch(path, f"{found.group()} is a literal {what}; use a pseudo parameter")
        for what, pattern in _LITERALS.items()
        if (found := pattern.search(text))
    ]
