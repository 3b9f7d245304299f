from __future__ import annotations

import pytest

from slipway import stackevents
from slipway.stackevents import LaunchFailed, StackEvent
from tests.slipway.samples import at
from tests.slipway.stubs import Aws
from tests.slipway.test_launch import STACK_ID, described, event

INNER_ID = "arn:aws:cloudformation:us-east-1:111122223333:stack/churn-Storage-1/2"
NESTED = "AWS::CloudFormation::Stack"


def test_the_cause_is_told_and_not_its_consequences(aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", described("ROLLBACK_COMPLETE"))
    nested = {**event(1, "Storage", "CREATE_FAILED", "nested failed", NESTED), "PhysicalResourceId": INNER_ID}
    cancelled = event(2, "Topic", "CREATE_FAILED", "Resource creation cancelled")
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [cancelled, nested]}, {"StackName": "churn"})
    inner = {**event(3, "Bucket", "CREATE_FAILED", "bucket already exists"), "StackName": "churn-Storage-1"}
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [inner]}, {"StackName": INNER_ID})
    aws.answer("cloudformation.describe_stacks", described("ROLLBACK_COMPLETE"))
    told: list[StackEvent] = []
    expected = (
        r"^stack churn ended as ROLLBACK_COMPLETE: Bucket \(AWS::S3::Bucket\) in stack churn-Storage-1:"
        r" bucket already exists; correct that, then launch again$"
    )
    with pytest.raises(LaunchFailed, match=expected):
        stackevents.wait(aws.target, "churn", told.append)
    assert [found.logical_id for found in told] == ["Storage", "Topic", "Bucket"]


REFUSED = "Template error: Topik is no property of AWS::SNS::Topic"
INNER = {"StackName": "churn-Storage-1", "StackId": INNER_ID}


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        pytest.param([], rf"Storage \({NESTED}\) in stack churn: {REFUSED}", id="nothing"),
        pytest.param(
            [{**event(4, "Key", "UPDATE_FAILED", "Resource update cancelled"), **INNER}],
            rf"Storage \({NESTED}\) in stack churn: {REFUSED}",
            id="what was cancelled",
        ),
        pytest.param(
            [{**event(4, "Bucket", "UPDATE_FAILED", "no such key"), **INNER}],
            r"Bucket \(AWS::S3::Bucket\) in stack churn-Storage-1: no such key",
            id="a failure",
        ),
    ],
)
def test_a_nested_stack_is_the_cause_where_nothing_failed_in_it(
    inside: list[dict[str, object]], told: str, aws: Aws
) -> None:
    """What failed in another nested stack only later, and what was cancelled, are not the cause."""
    aws.answer("cloudformation.describe_stacks", described("UPDATE_ROLLBACK_COMPLETE"))
    nested = {**event(1, "Storage", "UPDATE_FAILED", REFUSED, NESTED), "PhysicalResourceId": INNER_ID}
    cancelled = event(2, "Source", "UPDATE_FAILED", "Resource update cancelled", NESTED)
    later = event(3, "Topic", "UPDATE_FAILED", "throttled")
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [later, cancelled, nested]})
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": inside}, {"StackName": INNER_ID})
    aws.answer("cloudformation.describe_stacks", described("UPDATE_ROLLBACK_COMPLETE"))
    with pytest.raises(LaunchFailed, match=rf"^stack churn ended as UPDATE_ROLLBACK_COMPLETE: {told}; correct that"):
        stackevents.wait(aws.target, "churn", lambda event: None)


def test_a_nested_stack_that_was_never_made_is_the_cause(aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", described("ROLLBACK_FAILED"))
    cancelled = event(2, "Source", "CREATE_FAILED", "Resource creation cancelled", NESTED)
    nested = {**event(1, "Storage", "CREATE_FAILED", REFUSED, NESTED), "PhysicalResourceId": ""}
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [cancelled, nested]})
    aws.answer("cloudformation.describe_stacks", described("ROLLBACK_FAILED"))
    expected = rf"Storage \({NESTED}\) in stack churn: {REFUSED}; delete it \(`aws cloudformation delete-stack"
    with pytest.raises(LaunchFailed, match=expected):
        stackevents.wait(aws.target, "churn", lambda event: None)


def test_what_an_earlier_launch_did_is_not_told_again(aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", described("UPDATE_COMPLETE"))
    events = [
        event(3, "Bucket", "UPDATE_COMPLETE"),
        event(2, "Bucket", "CREATE_COMPLETE"),
        event(1, "A", "CREATE_FAILED"),
    ]
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": events})
    aws.answer("cloudformation.describe_stacks", described("UPDATE_COMPLETE"))
    told: list[StackEvent] = []
    stackevents.wait(aws.target, "churn", told.append, since="2")
    assert [found.status for found in told] == ["UPDATE_COMPLETE"]


def test_every_event_is_told_once_while_it_goes_on(aws: Aws) -> None:
    first, second = event(1, "Bucket", "CREATE_IN_PROGRESS"), event(2, "Bucket", "CREATE_COMPLETE")
    aws.answer("cloudformation.describe_stacks", described("CREATE_IN_PROGRESS"))
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [first]})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": [second, first]})
    aws.answer("cloudformation.describe_stacks", described("CREATE_COMPLETE"))
    told: list[StackEvent] = []
    stackevents.wait(aws.target, "churn", told.append)
    assert [found.status for found in told] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        pytest.param(
            "CREATE_IN_PROGRESS",
            "Local engine: VpcConfig has no effect: networks are not executed",
            "warning: Model (AWS::SageMaker::Model) in stack churn: VpcConfig has no effect: networks are not executed",
            id="a property without effect",
        ),
        pytest.param("CREATE_IN_PROGRESS", "Resource creation Initiated", "", id="AWS's own reason"),
        pytest.param("CREATE_COMPLETE", "", "", id="no reason"),
    ],
)
def test_what_has_no_effect_on_the_local_engine_is_a_warning(status: str, reason: str, told: str) -> None:
    assert StackEvent("churn", "Model", "AWS::SageMaker::Model", status, reason).warning == told


def test_a_stack_that_cannot_be_deleted_says_why(aws: Aws) -> None:
    stack = {"StackName": "churn", "StackId": STACK_ID, "CreationTime": at(0), "StackStatus": "DELETE_FAILED"}
    told = {"Stacks": [{**stack, "StackStatusReason": "bucket is not empty"}]}
    aws.answer("cloudformation.describe_stacks", told)
    with pytest.raises(LaunchFailed, match="stack churn could not be deleted: bucket is not empty"):
        stackevents.wait_until_gone(aws.target, "churn")


def test_a_stack_that_is_gone_need_not_be_waited_for(aws: Aws) -> None:
    aws.refuse("cloudformation.describe_stacks", "ValidationError", "Stack with id churn does not exist")
    stackevents.wait_until_gone(aws.target, "churn")
