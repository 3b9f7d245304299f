from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.stub import ANY

from slipway import launch
from slipway.changeset import ChangeSet
from slipway.errors import BadInput
from slipway.launch import Declined, Dialogue
from slipway.package import Package
from slipway.stackevents import LaunchFailed
from tests.slipway.samples import at
from tests.slipway.stubs import Aws

UPLOADED = Package("http://127.0.0.1:1/bucket/template.yaml", "bucket", "seeds/1.zip")
STACK_ID = "arn:aws:cloudformation:us-east-1:111122223333:stack/churn/1"
GIVEN = [
    {"ParameterKey": "SourceBucket", "ParameterValue": "bucket"},
    {"ParameterKey": "SourceKey", "ParameterValue": "seeds/1.zip"},
]


@dataclass
class Person:
    """Hears everything; answers what it is told to answer."""

    answer: bool = True
    heard: list[str] = field(default_factory=list)

    def locally(self) -> Dialogue:
        return Dialogue(self.heard.append, lambda event: self.heard.append(f"{event.logical_id} {event.status}"))

    def on_aws(self) -> Dialogue:
        return Dialogue(self.heard.append, lambda event: self.heard.append(event.logical_id), self.review, self.agree)

    def review(self, proposal: ChangeSet) -> bool:
        self.heard += [f"{change.action} {change.logical_id}" for change in proposal.changes]
        return self.answer

    def agree(self, question: str) -> bool:
        self.heard.append(question)
        return self.answer


def described(status: str, *parameters: str) -> dict[str, Any]:
    told = [{"ParameterKey": name, "ParameterValue": "x"} for name in parameters]
    stack = {"StackName": "churn", "StackId": STACK_ID, "CreationTime": at(0), "StackStatus": status}
    return {"Stacks": [{**stack, "Parameters": told}]}


def event(number: int, name: str, status: str, reason: str = "", kind: str = "AWS::S3::Bucket") -> dict[str, Any]:
    return {
        "StackId": STACK_ID,
        "EventId": str(number),
        "StackName": "churn",
        "LogicalResourceId": name,
        "PhysicalResourceId": STACK_ID if name == "churn" else name.lower(),
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": at(number),
    }


def absent(aws: Aws, times: int = 1) -> None:
    for _ in range(times):
        aws.refuse("cloudformation.describe_stacks", "ValidationError", "Stack with id churn does not exist")


def no_events(aws: Aws) -> None:
    aws.refuse("cloudformation.describe_stack_events", "ValidationError", "Stack [churn] does not exist")


def go(aws: Aws, person: Person, dialogue: Dialogue | None = None, **parameters: str) -> str:
    return launch.launch(aws.target, "churn", UPLOADED, parameters, dialogue or person.locally())


def test_a_new_stack_is_created_and_followed(aws: Aws) -> None:
    absent(aws, 2)
    no_events(aws)
    aws.answer("apigateway.get_account", {"cloudwatchRoleArn": "arn:aws:iam::111122223333:role/r"})
    request = {
        "StackName": "churn",
        "TemplateURL": UPLOADED.template_url,
        "Capabilities": launch.CAPABILITIES,
        "Parameters": [*GIVEN, {"ParameterKey": "Branch", "ParameterValue": "main"}],
        "OnFailure": "ROLLBACK",
    }
    aws.answer("cloudformation.create_stack", {"StackId": STACK_ID}, request)
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    events = [event(2, "churn", "CREATE_COMPLETE"), event(1, "Bucket", "CREATE_COMPLETE")]
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": events})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    person = Person()
    assert go(aws, person, Branch="main") == "CREATE"
    assert person.heard == ["Bucket CREATE_COMPLETE", "churn CREATE_COMPLETE"]


def test_where_a_region_has_no_log_role_of_api_gateway_the_bundle_makes_it(aws: Aws) -> None:
    absent(aws, 2)
    no_events(aws)
    aws.answer("apigateway.get_account", {})
    expected = [*GIVEN, {"ParameterKey": "ManageApiGatewayLogging", "ParameterValue": "true"}]
    request = {"StackName": ANY, "TemplateURL": ANY, "Capabilities": ANY, "Parameters": expected, "OnFailure": ANY}
    aws.answer("cloudformation.create_stack", {"StackId": STACK_ID}, request)
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    assert go(aws, Person()) == "CREATE"


def test_an_update_keeps_the_parameters_that_the_template_still_has_and_may_change_nothing(aws: Aws) -> None:
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", described("UPDATE_COMPLETE", "SourceKey", "Branch", "Gone"))
    summary = {"Parameters": [{"ParameterKey": name} for name in ("SourceBucket", "SourceKey", "Branch", "New")]}
    aws.answer("cloudformation.get_template_summary", summary, {"TemplateURL": UPLOADED.template_url})
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [event(1, "churn", "UPDATE_COMPLETE")]})
    expected = [*GIVEN, {"ParameterKey": "Branch", "UsePreviousValue": True}]
    request = {"StackName": ANY, "TemplateURL": ANY, "Capabilities": ANY, "Parameters": expected}
    aws.answer("cloudformation.update_stack", {"StackId": STACK_ID}, request)
    aws.answer("cloudformation.describe_stacks", described("UPDATE_COMPLETE"))
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
    aws.answer("cloudformation.describe_stacks", described("UPDATE_COMPLETE"))
    assert go(aws, Person()) == "UPDATE"


def test_an_update_that_changes_nothing_is_none(aws: Aws) -> None:
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", described("UPDATE_COMPLETE"))
    aws.answer("cloudformation.get_template_summary", {})
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [event(1, "churn", "UPDATE_COMPLETE")]})
    aws.refuse("cloudformation.update_stack", "ValidationError", "No updates are to be performed.")
    assert go(aws, Person()) == "NONE"


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name churn"),
        ("ROLLBACK_FAILED", "aws cloudformation delete-stack --stack-name churn"),
        ("CREATE_FAILED", "aws cloudformation delete-stack --stack-name churn"),
        ("DELETE_FAILED", "correct what its events name, then delete it again"),
        ("UPDATE_IN_PROGRESS", "launch again once it is done"),
    ],
)
def test_a_stack_from_which_nothing_leads_on_says_what_to_do(status: str, advice: str, aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", described(status))
    with pytest.raises(LaunchFailed, match=f"stack churn in .*{status}.*{advice}"):
        launch.check(aws.target, "churn")


def never_created(aws: Aws) -> None:
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", described("ROLLBACK_COMPLETE"))


def test_a_stack_that_was_never_created_is_removed_and_made_anew_after_saying_so(aws: Aws) -> None:
    never_created(aws)
    aws.answer("cloudformation.delete_stack", {}, {"StackName": "churn"})
    aws.answer("cloudformation.describe_stacks", described("DELETE_IN_PROGRESS"))
    aws.answer("cloudformation.describe_stacks", described("DELETE_COMPLETE"), {"StackName": STACK_ID})
    no_events(aws)
    aws.answer("apigateway.get_account", {"cloudwatchRoleArn": "arn"})
    aws.answer("cloudformation.create_stack", {"StackId": STACK_ID})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    person = Person()
    assert go(aws, person) == "CREATE"
    assert person.heard[0].startswith("stack churn was never created (ROLLBACK_COMPLETE) and holds nothing")


def test_on_aws_it_is_removed_only_when_the_person_agrees(aws: Aws) -> None:
    never_created(aws)
    person = Person(answer=False)
    with pytest.raises(Declined, match="stack churn stays as it is; nothing was changed"):
        go(aws, person, person.on_aws())
    assert person.heard[-1] == "Remove stack churn?"


def test_a_refusal_is_told_with_the_stack_and_aws_reason(aws: Aws) -> None:
    absent(aws, 2)
    no_events(aws)
    aws.answer("apigateway.get_account", {"cloudwatchRoleArn": "arn"})
    aws.refuse("cloudformation.create_stack", "ValidationError", "Parameters: [Nope] do not exist in the template")
    with pytest.raises(LaunchFailed, match=r"stack churn in local engine .* was refused: Parameters: \[Nope\]"):
        go(aws, Person(), Nope="1")


def test_a_bad_stack_name_is_refused_before_anything_is_asked(aws: Aws) -> None:
    with pytest.raises(BadInput, match="expected lower-case letters"):
        launch.launch(aws.target, "Churn", UPLOADED, {}, Person().locally())


@pytest.mark.parametrize(("text", "pair"), [("A=1", ("A", "1")), ("A=", ("A", "")), ("A=b=c", ("A", "b=c"))])
def test_a_parameter_is_a_name_and_a_value(text: str, pair: tuple[str, str]) -> None:
    assert launch.parameter(text) == pair


@pytest.mark.parametrize("text", ["A", "=1", ""])
def test_a_parameter_without_name_or_value_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="expected NAME=VALUE, like ProductionMaxCapacity=8"):
        launch.parameter(text)


def review(aws: Aws) -> None:
    absent(aws, 2)
    no_events(aws)
    aws.answer("apigateway.get_account", {"cloudwatchRoleArn": "arn"})
    aws.answer("cloudformation.create_change_set", {"Id": "arn:change"})
    change = {"Action": "Add", "LogicalResourceId": "Storage", "ResourceType": "AWS::CloudFormation::Stack"}
    told = {"Status": "CREATE_COMPLETE", "StackName": "churn", "Changes": [{"ResourceChange": change}]}
    aws.answer("cloudformation.describe_change_set", told)
    aws.answer("cloudformation.describe_change_set", told)


def test_on_aws_the_change_set_is_shown_and_executed_when_the_person_agrees(aws: Aws) -> None:
    review(aws)
    aws.answer("cloudformation.execute_change_set", {}, {"ChangeSetName": "arn:change"})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    person = Person()
    assert go(aws, person, person.on_aws()) == "CREATE"
    assert person.heard == ["Add Storage"]


def test_on_aws_a_no_leaves_neither_change_set_nor_stack(aws: Aws) -> None:
    review(aws)
    aws.answer("cloudformation.delete_change_set", {}, {"ChangeSetName": "arn:change"})
    aws.answer("cloudformation.delete_stack", {}, {"StackName": "churn"})
    person = Person(answer=False)
    with pytest.raises(Declined, match="stack churn: nothing was changed"):
        go(aws, person, person.on_aws())
