from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import ANY

from slipway import changeset
from slipway.changeset import Change
from slipway.stackevents import LaunchFailed
from tests.slipway.stubs import Aws

REQUEST = {"StackName": "churn", "TemplateURL": "http://127.0.0.1:1/t.yaml"}
NESTED = "AWS::CloudFormation::Stack"


def status(value: str, reason: str = "") -> dict[str, Any]:
    return {"Status": value, "StatusReason": reason, "StackName": "churn", "Changes": []}


def test_it_is_asked_for_with_nested_stacks_and_waited_for(aws: Aws) -> None:
    expected = {**REQUEST, "ChangeSetName": ANY, "ChangeSetType": "UPDATE", "IncludeNestedStacks": True}
    aws.answer("cloudformation.create_change_set", {"Id": "arn:root"}, expected)
    aws.answer("cloudformation.describe_change_set", status("CREATE_IN_PROGRESS"))
    aws.answer("cloudformation.describe_change_set", status("CREATE_COMPLETE"))
    nested = {"Action": "Modify", "LogicalResourceId": "Pipeline", "ResourceType": NESTED, "ChangeSetId": "arn:nested"}
    root = {**status("CREATE_COMPLETE"), "Changes": [{"ResourceChange": nested}]}
    aws.answer("cloudformation.describe_change_set", root, {"ChangeSetName": "arn:root"})
    role = {"Action": "Modify", "LogicalResourceId": "Role", "ResourceType": "AWS::IAM::Role", "Replacement": "True"}
    inner = {**status("CREATE_COMPLETE"), "StackName": "churn-Pipeline-1", "Changes": [{"ResourceChange": role}]}
    aws.answer("cloudformation.describe_change_set", inner, {"ChangeSetName": "arn:nested"})
    found = changeset.make(aws.target, "UPDATE", REQUEST)
    assert found is not None
    assert found.changes == [
        Change("churn", "Modify", "Pipeline", NESTED, ""),
        Change("churn-Pipeline-1", "Modify", "Role", "AWS::IAM::Role", "True"),
    ]


@pytest.mark.parametrize(
    "reason",
    ["The submitted information didn't contain changes.", "No updates are to be performed."],
)
def test_no_change_is_none_and_leaves_nothing(reason: str, aws: Aws) -> None:
    aws.answer("cloudformation.create_change_set", {"Id": "arn:root"})
    aws.answer("cloudformation.describe_change_set", status("FAILED", reason))
    aws.answer("cloudformation.delete_change_set", {}, {"ChangeSetName": "arn:root"})
    assert changeset.make(aws.target, "UPDATE", REQUEST) is None


def test_a_change_set_that_failed_is_removed_with_the_empty_stack_and_told(aws: Aws) -> None:
    aws.answer("cloudformation.create_change_set", {"Id": "arn:root"})
    aws.answer("cloudformation.describe_change_set", status("FAILED", "Transform failed"))
    aws.answer("cloudformation.delete_change_set", {})
    aws.answer("cloudformation.delete_stack", {}, {"StackName": "churn"})
    with pytest.raises(LaunchFailed, match="stack churn: the change set failed: Transform failed"):
        changeset.make(aws.target, "CREATE", REQUEST)
