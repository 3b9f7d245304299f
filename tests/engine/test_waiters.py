"""boto3's waiters, unmodified: every one of the services that the engine adds, here or on what the demo left."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import UnknownServiceError, WaiterError

from slipway.engine.dispatcher import find_services
from tests.end_to_end.test_paging import WAITERS

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html"
)

AT_ONCE = {"Delay": 1, "MaxAttempts": 30}
SOON = {"Delay": 1, "MaxAttempts": 2}
HERE = {
    *(("cloudformation", f"stack_{kind}_complete") for kind in ("update", "rollback", "import")),
    ("cloudformation", "change_set_create_complete"),
    ("cloudwatch", "composite_alarm_exists"),
    ("cloudwatch", "log_alarm_exists"),
    ("sagemaker", "transform_job_completed_or_stopped"),
}


def declared() -> set[tuple[str, str]]:
    """Every waiter of boto3's that asks for what the engine executes."""
    loader = botocore.session.Session().get_component("data_loader")
    found = set()
    for service in find_services():
        try:
            waiters = loader.load_service_model(service.name, "waiters-2")["waiters"]
        except UnknownServiceError:
            continue
        asked = {name for name, waiter in waiters.items() if waiter["operation"] in service.operations}
        found |= {(service.name, xform_name(name)) for name in asked}
    return found


def test_every_waiter_of_every_service_is_tried() -> None:
    assert {*HERE, *((service, waiter) for service, waiter, _ in WAITERS)} == declared()


def template(*topics: str, **more: Any) -> str:
    return json.dumps({"Resources": {**{name: {"Type": "AWS::SNS::Topic"} for name in topics}, **more}})


@pytest.fixture(scope="module")
def stack(engine: Any) -> str:
    cloudformation = engine.client("cloudformation")
    cloudformation.create_stack(StackName="waited-for", TemplateBody=template("First"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="waited-for", WaiterConfig=AT_ONCE)
    return "waited-for"


def test_an_update_ends(engine: Any, stack: str) -> None:
    cloudformation = engine.client("cloudformation")
    cloudformation.update_stack(StackName=stack, TemplateBody=template("First", "Second"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig=AT_ONCE)


def test_an_update_that_fails_ends_as_a_rollback_and_not_as_an_update(engine: Any, stack: str) -> None:
    cloudformation = engine.client("cloudformation")
    bad = {
        "Bad": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "Protocol": "sqs",
                "TopicArn": "arn:aws:sns:us-east-1:111122223333:none",
                "Endpoint": "arn:aws:sqs:us-east-1:111122223333:none",
            },
        }
    }
    cloudformation.update_stack(StackName=stack, TemplateBody=template("First", **bad))
    with pytest.raises(WaiterError, match="terminal failure state"):
        cloudformation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig=AT_ONCE)
    cloudformation.get_waiter("stack_rollback_complete").wait(StackName=stack, WaiterConfig=AT_ONCE)


def test_a_change_set_is_made(engine: Any, stack: str) -> None:
    cloudformation = engine.client("cloudformation")
    change = {"StackName": stack, "ChangeSetName": "third"}
    cloudformation.create_change_set(**change, TemplateBody=template("First", "Third"))
    cloudformation.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=AT_ONCE)


def test_what_was_never_imported_is_waited_for_in_vain(engine: Any, stack: str) -> None:
    """The engine refuses change sets of type IMPORT by name, so that no stack ends so."""
    waiter = engine.client("cloudformation").get_waiter("stack_import_complete")
    with pytest.raises(WaiterError):
        waiter.wait(StackName=stack, WaiterConfig=SOON)


def test_a_composite_alarm_is_there(engine: Any) -> None:
    cloudwatch = engine.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="waited-for",
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.put_composite_alarm(AlarmName="waited-for-too", AlarmRule="ALARM(waited-for)")
    which = {"AlarmNames": ["waited-for-too"], "AlarmTypes": ["CompositeAlarm"]}
    cloudwatch.get_waiter("composite_alarm_exists").wait(**which, WaiterConfig=AT_ONCE)


def test_alarms_of_logs_there_are_none_of(engine: Any) -> None:
    waiter = engine.client("cloudwatch").get_waiter("log_alarm_exists")
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        waiter.wait(AlarmNames=["none"], WaiterConfig=SOON)


def test_a_transform_job_that_is_not_there_is_not_waited_for(engine: Any) -> None:
    """One that ends is in tests/engine/services/sagemaker/transform."""
    waiter = engine.client("sagemaker").get_waiter("transform_job_completed_or_stopped")
    with pytest.raises(WaiterError, match="terminal failure state"):
        waiter.wait(TransformJobName="never", WaiterConfig=SOON)
