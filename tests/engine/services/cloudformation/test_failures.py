"""Ways out of a failure: rollbacks, tries again, cancellations, deletions."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.cloudformation.parts import (
    MISSING,
    events,
    failing,
    named,
    parameter,
    resources,
    stored,
    template,
    waiting,
)

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html"
)


def until(stacks: Any, stack: str, status: str) -> None:
    """Wait until a stack gets a status, or for a resource of it."""
    deadline = time.monotonic() + 60
    while status not in json.dumps(events(stacks, stack)):
        assert time.monotonic() < deadline, events(stacks, stack)
        time.sleep(0.02)


def test_what_succeeded_is_kept_where_that_was_asked_for_and_the_rest_is_tried_again(stacks: Any) -> None:
    name = f"/{stacks.prefix}/late"
    late = parameter(f"{{{{resolve:ssm:{name}}}}}")
    whole = template(One=parameter("1"), Late=late, After=parameter("2", DependsOn="Late"))
    stack = stacks.create(whole, OnFailure="DO_NOTHING")
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        "CREATE_FAILED",
        "The following resource(s) failed to create: [Late].",
    )
    statuses = {one["LogicalResourceId"]: one["ResourceStatus"] for one in resources(stacks, stack["StackId"])}
    assert statuses == {"One": "CREATE_COMPLETE", "Late": "CREATE_FAILED"}
    stacks.engine.client("ssm").put_parameter(Name=name, Value="there", Type="String")
    assert stacks.update(whole)["StackStatus"] == "UPDATE_COMPLETE"
    assert len(resources(stacks, stack["StackId"])) == 3


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html")
def test_a_creation_that_was_kept_can_be_rolled_back(stacks: Any) -> None:
    name = f"/{stacks.prefix}/one"
    stack = stacks.create(template(One=named(name), Failing=failing(DependsOn="One")), DisableRollback=True)
    assert (stack["StackStatus"], stored(stacks, name)) == ("CREATE_FAILED", "x")
    stacks.cloudformation.rollback_stack(StackName=stack["StackId"])
    assert stacks.settled(stack["StackId"])["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stored(stacks, name) is None


def test_an_update_that_was_kept_is_rolled_back_or_finished(stacks: Any) -> None:
    name = f"/{stacks.prefix}/one"
    stacks.create(template(One=named(name, "before")))
    broken = template(One=named(name, "after"), New=parameter("x"), Failing=failing(DependsOn="One"))
    stack = stacks.update(broken, DisableRollback=True)
    assert (stack["StackStatus"], stored(stacks, name)) == ("UPDATE_FAILED", "after")
    assert stack["StackStatusReason"] == "The following resource(s) failed to create: [Failing]."
    stacks.cloudformation.rollback_stack(StackName=stack["StackId"])
    assert stacks.settled(stack["StackId"])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stored(stacks, name) == "before"
    assert [one["LogicalResourceId"] for one in resources(stacks, stack["StackId"])] == ["One"]
    stacks.update(broken, DisableRollback=True)
    finished = stacks.update(template(One=named(name, "after")))
    assert (finished["StackStatus"], stored(stacks, name)) == ("UPDATE_COMPLETE", "after")


def test_a_stack_is_deleted_when_its_creation_fails_where_that_was_asked_for(stacks: Any) -> None:
    stack = stacks.create(template(One=parameter("1"), Failing=failing()), OnFailure="DELETE")
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match=f"Stack with id {stacks.name()} does not exist"):
        stacks.cloudformation.describe_stacks(StackName=stacks.name())


def test_a_failed_update_puts_everything_back_template_and_outputs_too(stacks: Any) -> None:
    name = f"/{stacks.prefix}"
    first = template({"Out": "before"}, Kept=named(f"{name}/kept", "1"), Renamed=named(f"{name}/old"),
                     Gone=named(f"{name}/gone"))  # fmt: skip
    stacks.create(first)
    last = failing(DependsOn=["Kept", "Renamed", "Added"])
    second = template({"Out": "after"}, Kept=named(f"{name}/kept", "2"), Renamed=named(f"{name}/new"),
                      Added=named(f"{name}/added"), Failing=last)  # fmt: skip
    stack = stacks.update(second)
    assert (stack["StackStatus"], stack["Outputs"][0]["OutputValue"]) == ("UPDATE_ROLLBACK_COMPLETE", "before")
    values = {one: stored(stacks, f"{name}/{one}") for one in ("kept", "old", "new", "gone", "added")}
    assert values == {"kept": "1", "old": "x", "new": None, "gone": "x", "added": None}
    kept = stacks.cloudformation.get_template(StackName=stacks.name())["TemplateBody"]
    assert set(kept["Resources"]) == {"Kept", "Renamed", "Gone"}
    assert stacks.update(template(Kept=named(f"{name}/kept", "3")))["StackStatus"] == "UPDATE_COMPLETE"
    assert stored(stacks, f"{name}/gone") is None


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html")
def test_an_update_can_be_cancelled(stacks: Any) -> None:
    name = f"/{stacks.prefix}/one"
    stacks.create(template(One=named(name, "before")))
    changed = template(One=named(name, "after"), **waiting())
    stacks.cloudformation.update_stack(StackName=stacks.name(), TemplateBody=json.dumps(changed))
    until(stacks, stacks.name(), "Wait")
    stacks.cloudformation.cancel_update_stack(StackName=stacks.name())
    assert stacks.settled(stacks.name())["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (stacks.name(), "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated") in events(stacks, stacks.name())
    assert stored(stacks, name) == "before"
    with pytest.raises(ClientError, match="CancelUpdateStack cannot be called from current stack status"):
        stacks.cloudformation.cancel_update_stack(StackName=stacks.name())


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html"
)
def test_a_rollback_that_failed_goes_on_once_what_was_wrong_is_right(stacks: Any) -> None:
    name, source = f"/{stacks.prefix}/one", f"/{stacks.prefix}/source"
    ssm = stacks.engine.client("ssm")
    ssm.put_parameter(Name=source, Value="before", Type="String")
    stacks.create(template(One=named(name, f"{{{{resolve:ssm:{source}}}}}")))
    ssm.delete_parameter(Name=source)
    stack = stacks.update(template(One=named(name, "after"), Failing=failing(DependsOn="One")))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert stack["StackStatusReason"] == "The following resource(s) failed to update: [One]."
    ssm.put_parameter(Name=source, Value="again", Type="String")
    stacks.cloudformation.continue_update_rollback(StackName=stacks.name())
    assert stacks.settled(stacks.name())["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stored(stacks, name) == "again"


def test_a_rollback_can_leave_out_what_cannot_be_put_back(stacks: Any) -> None:
    source = f"/{stacks.prefix}/source"
    ssm = stacks.engine.client("ssm")
    ssm.put_parameter(Name=source, Value="before", Type="String")
    stacks.create(template(One=parameter(f"{{{{resolve:ssm:{source}}}}}")))
    ssm.delete_parameter(Name=source)
    stacks.update(template(One=parameter("after"), Failing=failing(DependsOn="One")))
    stacks.cloudformation.continue_update_rollback(StackName=stacks.name(), ResourcesToSkip=["One"])
    assert stacks.settled(stacks.name())["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html")
def test_a_stack_that_is_being_created_can_be_deleted(stacks: Any) -> None:
    name = f"/{stacks.prefix}/one"
    whole = template(One=named(name), **waiting())
    made = stacks.cloudformation.create_stack(StackName=stacks.name(), TemplateBody=json.dumps(whole))
    until(stacks, made["StackId"], "Wait")
    assert stacks.delete(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert stored(stacks, name) is None


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html")
def test_what_cannot_be_deleted_is_retained_or_left_behind_on_request(stacks: Any) -> None:
    for suffix, options in (
        ("kept", {"RetainResources": ["Bucket"]}),
        ("forced", {"DeletionMode": "FORCE_DELETE_STACK"}),
    ):
        bucket = stacks.name(suffix)
        whole = template(Bucket={"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}, One=parameter("1"))
        stack = stacks.create(whole, suffix)
        stacks.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
        failed = stacks.delete(stack["StackId"])
        assert failed["StackStatusReason"] == "The following resource(s) failed to delete: [Bucket]."
        assert [one["ResourceStatus"] for one in resources(stacks, stack["StackId"])] == [
            "DELETE_FAILED",
            "DELETE_COMPLETE",
        ]
        assert stacks.delete(stack["StackId"], **options)["StackStatus"] == "DELETE_COMPLETE"
        assert stacks.s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(ClientError, match="RetainResources is only supported for stacks in the DELETE_FAILED state"):
        stacks.create(template(One=parameter("1")), "whole")
        stacks.cloudformation.delete_stack(StackName=stacks.name("whole"), RetainResources=["One"])


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"
)
@pytest.mark.parametrize(
    ("policy", "options", "stays"),
    [
        pytest.param("Retain", {}, True, id="Retain"),
        pytest.param("RetainExceptOnCreate", {}, False, id="RetainExceptOnCreate"),
        pytest.param("Retain", {"RetainExceptOnCreate": True}, False, id="the request's RetainExceptOnCreate"),
    ],
)
def test_a_policy_keeps_what_a_failed_creation_made(
    stacks: Any, policy: str, options: dict[str, Any], stays: bool
) -> None:
    name = f"/{stacks.prefix}/one"
    kept = named(name, DeletionPolicy=policy)
    stacks.create(template(One=kept, Failing=failing(DependsOn="One")), **options)
    assert (stored(stacks, name) is not None) is stays


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html"
)
def test_a_policy_keeps_what_is_replaced(stacks: Any) -> None:
    name = f"/{stacks.prefix}"
    stacks.create(template(One=named(f"{name}/a", UpdateReplacePolicy="Retain")))
    stacks.update(template(One=named(f"{name}/b", UpdateReplacePolicy="Retain")))
    assert (stored(stacks, f"{name}/a"), stored(stacks, f"{name}/b")) == ("x", "x")


def test_an_operation_is_refused_while_another_is_under_way(stacks: Any) -> None:
    made = stacks.cloudformation.create_stack(StackName=stacks.name(), TemplateBody=json.dumps(template(**waiting())))
    body = json.dumps(template(One=parameter(MISSING)))
    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state and can not be updated"):
        stacks.cloudformation.update_stack(StackName=stacks.name(), TemplateBody=body)
    with pytest.raises(ClientError, match=f"Stack \\[{stacks.name()}\\] already exists"):
        stacks.cloudformation.create_stack(StackName=stacks.name(), TemplateBody=body)
    stacks.delete(made["StackId"])


def test_nothing_to_update_is_said(stacks: Any) -> None:
    whole = template({"Out": "1"}, One=parameter("1"))
    stacks.create(whole)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update(whole)
    whole["Resources"]["One"]["DeletionPolicy"] = "Retain"
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update(whole)
    del whole["Resources"]["One"]["DeletionPolicy"]
    whole["Outputs"]["Out"]["Value"] = "2"
    assert stacks.update(whole)["Outputs"][0]["OutputValue"] == "2"
    whole["Resources"]["One"] = {"Type": "AWS::SQS::Queue"}
    with pytest.raises(ClientError, match=r"modifies resource type of the following resources: \[One\]"):
        stacks.update(whole)


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html")
@pytest.mark.parametrize(
    ("keys", "error"),
    [
        (["a", "a"], "Tags contain duplicate keys; tag keys must be unique"),
        ([f"k{number}" for number in range(51)], "Member must have length less than or equal to 50"),
        (["aws:a"], "Tag keys that begin with aws: are reserved for system use"),
    ],
    ids=["one key twice", "too many", "of AWS's own"],
)
def test_tags_that_no_stack_has_are_refused(stacks: Any, keys: list[str], error: str) -> None:
    with pytest.raises(ClientError, match=error):
        stacks.create(template(One=parameter("1")), Tags=[{"Key": key, "Value": "v"} for key in keys])
