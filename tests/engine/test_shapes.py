from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.caller import service_model
from slipway.engine.errors import ValidationFailed
from slipway.engine.shapes import from_json, lacking, to_json

APPROVAL = {
    "pipelineName": "p",
    "stageName": "s",
    "actionName": "a",
    "result": {"summary": "", "status": "Approved"},
    "token": "01234567-89ab-cdef-0123-456789abcdef",
}


def shape(operation: str, service: str = "codepipeline") -> Any:
    return service_model(service, "us-east-1").operation_model(operation).input_shape


def refused(operation: str, value: Any, service: str = "codepipeline") -> str:
    with pytest.raises(ValidationFailed) as error:
        from_json(shape(operation, service), value)
    return error.value.message


def test_a_missing_member_is_named() -> None:
    message = refused("GetPipeline", {})
    assert message == (
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"
    )


def test_a_misspelt_member_is_named_with_what_there_is() -> None:
    assert "Unknown parameter 'nmae', must be one of: name, version" in refused(
        "GetPipeline", {"nmae": "p", "name": "p"}
    )


def test_a_text_that_breaks_the_pattern_is_shown_with_the_pattern() -> None:
    message = refused("GetPipeline", {"name": "no spaces allowed"})
    assert "Value 'no spaces allowed' at 'name'" in message
    assert r"regular expression pattern: [A-Za-z0-9.@\-_]+" in message


def test_a_value_outside_the_enumeration_is_refused_with_its_set() -> None:
    request = {"pipelineName": "p", "stageName": "s", "transitionType": "Sideways"}
    assert "Member must satisfy enum value set: [Inbound, Outbound]" in refused("EnableStageTransition", request)


def test_a_number_where_text_belongs_is_refused() -> None:
    assert "Value '7' at 'name' failed to satisfy constraint: Member must be a string" in refused(
        "GetPipeline", {"name": 7}
    )


def test_a_number_below_the_minimum_is_refused() -> None:
    message = refused("GetPipeline", {"name": "p", "version": 0})
    assert "Member must have value greater than or equal to 1" in message


def test_every_finding_is_listed() -> None:
    assert refused("EnableStageTransition", {}).startswith("3 validation errors detected: ")


def test_a_path_into_a_list_names_the_member() -> None:
    message = refused("CreatePipeline", {"pipeline": {"name": "p", "roleArn": "arn:aws:iam::1:role/r", "stages": [{}]}})
    assert "'pipeline.stages.1.member.name'" in message


def test_an_output_with_a_member_that_the_shape_lacks_is_an_error_of_ours() -> None:
    output = service_model("codepipeline", "us-east-1").operation_model("StartPipelineExecution").output_shape
    with pytest.raises(KeyError, match="executionId is not a member of StartPipelineExecutionOutput"):
        to_json(output, {"executionId": "x"})


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_timestamp_goes_out_and_comes_back(moment: datetime) -> None:
    member = service_model("cloudwatch", "us-east-1").shape_for("Timestamp")
    assert abs((from_json(member, to_json(member, moment)) - moment).total_seconds()) < 0.001


@given(st.binary())
def test_a_blob_goes_out_and_comes_back(content: bytes) -> None:
    member = service_model("kms", "us-east-1").shape_for("PlaintextType")
    assert to_json(member, content).isascii()
    if 1 <= len(content) <= 4096:
        assert from_json(member, to_json(member, content)) == content


def test_a_member_that_the_model_leaves_open_and_the_service_needs_is_refused_by_name() -> None:
    members = from_json(shape("PutApprovalResult"), APPROVAL)
    with pytest.raises(ValidationFailed) as error:
        members["result"]["token"]
    assert error.value.message == (
        "1 validation error detected: Value null at 'result.token' failed to satisfy constraint: Member must not be"
        " null"
    )


def test_the_first_structure_that_lacks_a_member_is_found() -> None:
    tagged = shape("TagResource", "secretsmanager")
    lacks = {"SecretId": "s", "Tags": [{"Key": "a"}, {"Value": "b"}]}
    assert lacking(tagged, lacks, "Key") == "Tags.2.member.Key"
    assert lacking(tagged, {"SecretId": "s", "Tags": [{"Key": "a"}]}, "Key") is None
    assert lacking(None, {}, "Key") is None
