"""A bundle of one role, and a journal of what it did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ACCOUNT = "111122223333"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/stack-Role-1/one"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/stack-Role-1"
TEMPLATE = """\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement:
              - Sid: Read
                Effect: Allow
                Action:
                  - s3:GetObject
                  - s3:GetObjectVersion  # AWS only: CodePipeline gives an artifact by its version
                Resource:
                  - !Sub arn:${AWS::Partition}:s3:::${Bucket}/models/*
                  - !Sub arn:${AWS::Partition}:s3:::${Bucket}/*
              # Whoever is in a VPC needs these.
              # AWS only: SageMaker makes network interfaces,
              # as sagemaker-roles.html says
              - Sid: JoinVpc
                Effect: Allow
                Action: [ec2:CreateNetworkInterface, ec2:DescribeVpcs]
                Resource: "*"
              - !If
                - HasTopic
                - Sid: Tell
                  Effect: Allow
                  Action: sns:Publish
                  Resource: !If [IsTopic, !Ref TopicArn, !Ref AWS::NoValue]
                  Condition:
                    StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}
                - !Ref AWS::NoValue
              - Sid: Never
                Effect: Deny
                Action: s3:*
                Resource: "*"
"""
DEPLOYED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": ["arn:aws:s3:::box/models/*", "arn:aws:s3:::box/*"],
        },
        {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "*"},
    ],
}


def bundle(folder: Path, template: str = TEMPLATE) -> Path:
    """A bundle of `cf/work.yaml`."""
    (folder / "cf").mkdir(parents=True)
    (folder / "template.yaml").write_text("Resources: {}\n")
    (folder / "cf/work.yaml").write_text(template)
    return folder


def weighed(**others: Any) -> dict[str, Any]:
    """What a decision about the role's session was made of."""
    return {"principal": SESSION, "role": ROLE, "identity": {"role/stack-Role-1/work": "p1"}, **others}


def check(action: str, resource: str, decision: str = "Allow", **others: Any) -> dict[str, Any]:
    """A check of the role's session."""
    made = {"action": action, "resource": resource, "decision": decision, "kind": "identity-based policy"}
    return {**made, "weighed": weighed(**others)}


def journal(folder: Path, *checks: dict[str, Any], document: dict[str, Any] | None = None) -> Path:
    """What an engine of `tests/end_to_end/test_demo.py` journalled: a call of these checks."""
    place = folder / "tests.end_to_end.test_demo/demo0"
    place.mkdir(parents=True)
    line = {"caller": SESSION, "service": "s3", "operation": "GetObject", "checks": list(checks)}
    (place / "journal.jsonl").write_text(json.dumps(line) + "\n")
    (place / "policies.jsonl").write_text(json.dumps({"id": "p1", "document": document or DEPLOYED}) + "\n")
    return folder
