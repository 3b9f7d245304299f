"""E9002: an action is named; a service is not opened as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates


class ExactActions(CloudFormationLintRule):
    """`s3:*` also means what S3 will learn to do next year; of IAM, no wildcard is harmless at all."""

    id = "E9002"
    shortdesc = "No whole service, and no wildcard of iam"
    description = (
        "A statement that allows names actions: not `*`, not `service:*`, of iam no wildcard, and no NotAction"
    )
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html"
    tags: Final = ["slipway", "iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Only what gives rights; a Deny may be as wide as it likes."""
        return [
            RuleMatch([*path, member], f"{found} opens too much; name the actions")
            for path, statement in _templates.identity_statements(cfn)
            if statement.get("Effect") == "Allow"
            for member, found in _too_wide(statement)
        ]


def _too_wide(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "NotAction" in statement:
        yield "NotAction", "NotAction"
    for action in _templates.as_list(statement.get("Action", [])):
        service, _, operation = action.partition(":")
        if "*" in service or operation == "*" or (service.lower() == "iam" and "*" in operation):
            yield "Action", action
