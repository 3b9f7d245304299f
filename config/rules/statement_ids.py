"""E9006: a statement says what it is for."""

from __future__ import annotations

from typing import Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates


class StatementIds(CloudFormationLintRule):
    """The Sid is the name by which an on-call engineer, a journal and a diff speak of a right."""

    id = "E9006"
    shortdesc = "Every statement has a Sid"
    description = "Every statement of a policy has a Sid, and no other of its document has the same"
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html"
    tags: Final = ["slipway", "iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Those that say who may assume a role are one statement each, and need no name."""
        matches, seen = [], set()
        for path, statement in _templates.every_statement(cfn):
            sid = statement.get("Sid")
            document = tuple(path[: path.index("Statement")])
            if not sid:
                matches.append(RuleMatch(path, "a statement without Sid; say in one word what it is for"))
            elif (document, sid) in seen:
                matches.append(RuleMatch([*path, "Sid"], f"two statements of one policy are called {sid}"))
            seen.add((document, sid))
        return matches
