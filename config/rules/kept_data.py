"""E9004: what holds data says what becomes of it."""

from __future__ import annotations

from typing import Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from config.rules import _templates

# What goes with all its content, or cannot go because of it.
HOLDS_DATA: Final = (
    "AWS::CodeCommit::Repository",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SageMaker::ModelPackageGroup",
)


class KeptData(CloudFormationLintRule):
    """Without a word CloudFormation deletes; here nothing is lost, or kept, because nobody thought of it."""

    id = "E9004"
    shortdesc = "DeletionPolicy and UpdateReplacePolicy on what holds data"
    description = "Both policies are stated, also where they say Delete"
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"
    )
    tags: Final = ["slipway"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """One match for each policy that is missing."""
        return [
            RuleMatch(["Resources", logical_id], f"{logical_id} holds data and has no {policy}")
            for logical_id, resource in _templates.resources(cfn, *HOLDS_DATA)
            for policy in ("DeletionPolicy", "UpdateReplacePolicy")
            if policy not in resource
        ]
