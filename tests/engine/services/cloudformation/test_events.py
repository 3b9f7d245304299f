"""What a stack's events say, and in which order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.mend.account import eventually, messages
from tests.engine.services.cloudformation.parts import events, failing, parameter, template, waiting

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html")


def test_a_creation_tells_what_begins_and_what_is_there(stacks: Any) -> None:
    stack = stacks.create(template(One=parameter("1")))
    name = stacks.name()
    assert events(stacks, stack["StackId"]) == [
        (name, "CREATE_IN_PROGRESS", "User Initiated"),
        ("One", "CREATE_IN_PROGRESS", ""),
        ("One", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("One", "CREATE_COMPLETE", ""),
        (name, "CREATE_COMPLETE", ""),
    ]


def test_a_resource_waits_for_what_it_needs_and_for_nothing_else(stacks: Any) -> None:
    chain = template(First=parameter("1"), Second=parameter({"Ref": "First"}), Third=parameter({"Ref": "Second"}))
    stack = stacks.create(chain)
    done = [name for name, status, _ in events(stacks, stack["StackId"]) if status == "CREATE_COMPLETE"]
    assert done == ["First", "Second", "Third", stacks.name()]
    stacks.delete(stack["StackId"])
    gone = [name for name, status, _ in events(stacks, stack["StackId"]) if status == "DELETE_COMPLETE"]
    assert gone == ["Third", "Second", "First", stacks.name()]


def test_a_failure_cancels_what_is_under_way_and_rolls_back(stacks: Any) -> None:
    stack = stacks.create(template(Early=parameter("x"), Failing=failing(DependsOn="Handle"), **waiting()))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    told = events(stacks, stack["StackId"])
    assert ("Wait", "CREATE_FAILED", "Resource creation cancelled") in told
    reason = "The following resource(s) failed to create: [Failing]. Rollback requested by user."
    assert (stacks.name(), "ROLLBACK_IN_PROGRESS", reason) in told
    deleted = [name for name, status, _ in told if status == "DELETE_COMPLETE"]
    assert "Early" in deleted
    assert "Handle" in deleted


def test_an_update_tells_what_it_does_and_cleans_up(stacks: Any) -> None:
    stack = stacks.create(template(Kept=parameter("1"), Changed=parameter("1"), Removed=parameter("1")))
    before = len(events(stacks, stack["StackId"]))
    stacks.update(template(Kept=parameter("1"), Changed=parameter("2")))
    name = stacks.name()
    assert events(stacks, stack["StackId"])[before:] == [
        (name, "UPDATE_IN_PROGRESS", "User Initiated"),
        ("Changed", "UPDATE_IN_PROGRESS", ""),
        ("Changed", "UPDATE_COMPLETE", ""),
        (name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("Removed", "DELETE_IN_PROGRESS", ""),
        ("Removed", "DELETE_COMPLETE", ""),
        (name, "UPDATE_COMPLETE", ""),
    ]
    resources = stacks.cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert [one["LogicalResourceId"] for one in resources] == ["Kept", "Changed"]


def test_a_replacement_says_so_and_deletes_the_old_one_in_the_end(stacks: Any) -> None:
    def named(name: str) -> dict[str, Any]:
        return template(One={**parameter("x"), "Properties": {"Type": "String", "Value": "x", "Name": name}})

    stack = stacks.create(named(f"/{stacks.prefix}/a"))
    before = len(events(stacks, stack["StackId"]))
    stacks.update(named(f"/{stacks.prefix}/b"))
    requires = "Requested update requires the creation of a new physical resource; hence creating one."
    assert [event for event in events(stacks, stack["StackId"])[before:] if event[0] == "One"] == [
        ("One", "UPDATE_IN_PROGRESS", requires),
        ("One", "UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("One", "UPDATE_COMPLETE", ""),
        ("One", "DELETE_IN_PROGRESS", ""),
        ("One", "DELETE_COMPLETE", ""),
    ]


def test_events_come_in_pages_newest_first(stacks: Any) -> None:
    stack = stacks.create(template(**{f"P{number}": parameter("x") for number in range(40)}))
    page = stacks.cloudformation.describe_stack_events(StackName=stack["StackId"])
    assert len(page["StackEvents"]) == 100
    assert page["StackEvents"][0]["ResourceStatus"] == "CREATE_COMPLETE"
    rest = stacks.cloudformation.describe_stack_events(StackName=stack["StackId"], NextToken=page["NextToken"])
    assert len(rest["StackEvents"]) == 22
    assert "NextToken" not in rest


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html"
)
def test_changes_of_a_status_are_events_on_the_bus(stacks: Any) -> None:
    sqs, bus = stacks.engine.client("sqs"), stacks.engine.client("events")
    url = sqs.create_queue(QueueName=stacks.name("told"))["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:111122223333:{stacks.name('told')}"
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": arn}  # fmt: skip
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    pattern = {"source": ["aws.cloudformation"], "detail": {"status-details": {"status": ["CREATE_COMPLETE"]}}}
    bus.put_rule(Name=stacks.name("rule"), EventPattern=json.dumps(pattern))
    bus.put_targets(Rule=stacks.name("rule"), Targets=[{"Id": "1", "Arn": arn}])
    stack = stacks.create(template(One=parameter("1")))
    told: list[str] = []

    def all_told() -> bool:
        bodies = [json.loads(message["Body"]) for message in messages(stacks.engine, url)]
        told.extend(body["detail-type"] for body in bodies if body["detail"]["stack-id"] == stack["StackId"])
        return len(told) == 2

    eventually(all_told)
    assert sorted(told) == [
        "CloudFormation Resource Status Change",
        "CloudFormation Stack Status Change",
    ]
    bus.remove_targets(Rule=stacks.name("rule"), Ids=["1"])
    bus.delete_rule(Name=stacks.name("rule"))
