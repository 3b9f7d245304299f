"""E9003: a bare `Resource: "*"` has a comment right there."""

from __future__ import annotations

import re
from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates

_COMMENT: Final = re.compile(r"(^|\s)# ")


class ExplainedStars(CloudFormationLintRule):
    """Some actions take no resource, or one whose name nobody knows beforehand; whoever reads `*` is told which."""

    id = "E9003"
    shortdesc = 'A bare Resource "*" says why'
    description = 'A comment above a statement, or in it, explains its Resource "*"'
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"
    tags: Final = ["slipway", "iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Read in the source, since comments are lost in what is parsed of it."""
        lines = _templates.source_lines(cfn)
        return [
            RuleMatch([*path, "Resource"], 'Resource "*" without a comment; say why no resource can be named')
            for path, statement in _templates.every_statement(cfn)
            if "*" in _templates.as_list(statement.get("Resource", [])) and not _is_explained(statement, lines)
        ]


def _is_explained(statement: Any, lines: list[str]) -> bool:
    """Whether there is a comment on a statement's own lines, or on the one above them."""
    if not hasattr(statement, "start_mark"):  # written by a transform, and so by nobody who could explain it
        return False
    first, last = statement.start_mark.line, statement.end_mark.line
    return lines[first - 1].lstrip().startswith("#") or any(_COMMENT.search(line) for line in lines[first:last])
