"""Forms come in, XML goes out; what botocore sends is what it reads back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from slipway.engine import wire
from slipway.engine.caller import service_model
from slipway.engine.errors import AwsError, ValidationFailed

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonParameters.html"
)

STACKS = service_model("cloudformation", "us-east-1")
TOPICS = service_model("sns", "us-east-1")
METRICS = service_model("cloudwatch", "us-east-1")
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def sent(model: Any, operation: str, parameters: dict[str, Any]) -> wire.WireRequest:
    """What botocore sends for an operation."""
    request = create_serializer("query").serialize_to_request(parameters, model.operation_model(operation))
    return wire.WireRequest("POST", "/", {}, FORM, urlencode(request["body"]).encode())


def form(body: str) -> wire.WireRequest:
    return wire.WireRequest("POST", "/", {}, FORM, body.encode())


def test_the_action_names_the_operation() -> None:
    found = wire.operation_of(STACKS, form("Action=CreateStack&Version=2010-05-15"))
    assert found is not None
    assert found.name == "CreateStack"


def test_the_action_may_stand_in_the_query_string() -> None:
    request = wire.WireRequest("GET", "/", {"Action": ["DescribeStacks"]}, {}, b"")
    found = wire.operation_of(STACKS, request)
    assert found is not None
    assert found.name == "DescribeStacks"


def test_an_action_of_another_service_is_no_operation() -> None:
    assert wire.operation_of(STACKS, form("Action=CreateTopic")) is None


@pytest.mark.parametrize(
    ("model", "operation", "parameters"),
    [
        pytest.param(
            STACKS,
            "CreateStack",
            {
                "StackName": "s",
                "TemplateBody": "{}\n",
                "DisableRollback": True,
                "TimeoutInMinutes": 3,
                "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
                "Parameters": [
                    {"ParameterKey": "a", "ParameterValue": "1 & 2"},
                    *({"ParameterKey": f"k{n}", "UsePreviousValue": False} for n in range(11)),
                ],
                "RollbackConfiguration": {"RollbackTriggers": [{"Arn": "arn", "Type": "t"}]},
            },
            id="lists of structures, in order beyond nine",
        ),
        pytest.param(STACKS, "CreateStack", {"StackName": "s", "Tags": []}, id="an empty list"),
        pytest.param(
            TOPICS,
            "CreateTopic",
            {"Name": "t", "Attributes": {"DisplayName": "a", "Policy": ""}, "Tags": [{"Key": "k", "Value": ""}]},
            id="maps",
        ),
        pytest.param(
            TOPICS,
            "Publish",
            {"Message": "m", "MessageAttributes": {"a": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}},
            id="blobs in maps",
        ),
        pytest.param(
            METRICS,
            "GetMetricStatistics",
            {
                "Namespace": "n",
                "MetricName": "m",
                "StartTime": datetime(2026, 11, 21, 3, 49, 18, tzinfo=UTC),
                "EndTime": datetime(2026, 11, 21, 4, 49, 18, tzinfo=UTC),
                "Period": 60,
            },
            id="timestamps",
        ),
    ],
)
def test_what_botocore_sends_is_read_back(model: Any, operation: str, parameters: dict[str, Any]) -> None:
    assert wire.parse(model.operation_model(operation), sent(model, operation, parameters)) == parameters


def test_what_does_not_fit_the_model_is_named() -> None:
    operation = STACKS.operation_model("CreateStack")
    body = "Action=CreateStack&Version=2010-05-15&TimeoutInMinutes=soon&Sort=up&Capabilities.member.1=CAPABILITY_X"
    with pytest.raises(ValidationFailed) as error:
        wire.parse(operation, form(body))
    assert "4 validation errors detected" in error.value.message
    assert "Value 'soon' at 'TimeoutInMinutes' failed to satisfy constraint: Member must be of type integer" in str(
        error.value
    )
    assert "Unknown parameter 'Sort'" in error.value.message
    assert "Value 'CAPABILITY_X' at 'Capabilities.1.member'" in error.value.message
    assert "Value null at 'StackName'" in error.value.message


def read(operation: str, answer: wire.WireResponse, model: Any = STACKS) -> Any:
    """What botocore reads from an answer."""
    response = {"status_code": answer.status, "headers": answer.headers, "body": answer.body, "context": {}}
    return create_parser("query").parse(response, model.operation_model(operation).output_shape)


def test_an_answer_is_read_by_botocore() -> None:
    made = datetime(2026, 11, 21, 3, 49, 18, 123000, tzinfo=UTC)
    stack = {
        "StackName": "s",
        "CreationTime": made,
        "StackStatus": "CREATE_COMPLETE",
        "DisableRollback": False,
        "Outputs": [{"OutputKey": "Url", "OutputValue": "a <b> & 'c'\r\n\x00"}],
        "Tags": [],
        "RoleARN": None,
    }
    answer = wire.render(STACKS.operation_model("DescribeStacks"), {"Stacks": [stack]}, "r1")
    parsed = read("DescribeStacks", answer)
    assert parsed["Stacks"][0]["CreationTime"] == made
    assert parsed["Stacks"][0]["DisableRollback"] is False
    assert parsed["Stacks"][0]["Tags"] == []
    assert parsed["Stacks"][0]["Outputs"] == [{"OutputKey": "Url", "OutputValue": "a <b> & 'c'\r\n\ufffd"}]
    assert "RoleARN" not in parsed["Stacks"][0]
    assert parsed["ResponseMetadata"]["RequestId"] == "r1"


def test_maps_are_read_by_botocore() -> None:
    attributes = {"TopicArn": "arn", "Policy": '{"a":1}'}
    answer = wire.render(TOPICS.operation_model("GetTopicAttributes"), {"Attributes": attributes}, "r1")
    assert read("GetTopicAttributes", answer, TOPICS)["Attributes"] == attributes


def test_an_operation_without_output_answers_its_request_id() -> None:
    answer = wire.render(STACKS.operation_model("DeleteStack"), None, "r1")
    assert read("DeleteStack", answer)["ResponseMetadata"]["RequestId"] == "r1"


def test_a_member_that_the_output_lacks_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="Stack is not a member of DescribeStacksOutput"):
        wire.render(STACKS.operation_model("DescribeStacks"), {"Stack": []}, "r1")


def test_an_error_is_read_by_botocore() -> None:
    error = AwsError("AlreadyExistsException", "Stack [s] already <exists>")
    answer = wire.render_error(STACKS, error, "r1")
    parsed = read("CreateStack", answer)
    assert answer.status == 400
    assert parsed["Error"] == {
        "Type": "Sender",
        "Code": "AlreadyExistsException",
        "Message": "Stack [s] already <exists>",
    }
    assert parsed["ResponseMetadata"]["RequestId"] == "r1"


def test_a_fault_of_the_service_is_the_receiver_s() -> None:
    answer = wire.render_error(STACKS, AwsError("InternalFailure", "x", status=500), "r1")
    assert read("CreateStack", answer)["Error"]["Type"] == "Receiver"


@pytest.mark.parametrize("place", ["²", "9" * 5000, "-1", "first"])
def test_what_has_no_place_in_a_list_is_no_item(place: str) -> None:
    request = form(f"Action=DescribeStacks&{quote(f'Tags.member.{place}.Key')}=k")
    operation = STACKS.operation_model("UpdateStack")
    nested = wire.query.tree(operation.input_shape, request)
    assert nested["Tags"] == []
