"""JSON to botocore's values and back."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import Shape
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.integrations import convert

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html")

SESSION = botocore.session.Session()


def shape(service: str, operation: str, side: str = "input_shape") -> Shape:
    found: Shape = getattr(SESSION.get_service_model(service).operation_model(operation), side)
    return found


def test_arguments_become_parameters() -> None:
    request = convert.to_request(shape("stepfunctions", "StartExecution"), {"StateMachineArn": "a", "Input": {"n": 1}})
    assert request == {"stateMachineArn": "a", "input": '{"n": 1}'}


@pytest.mark.parametrize(("body", "sent"), [("text", b"text"), ({"a": 1}, b'{"a": 1}'), ([1], b"[1]")])
def test_a_blob_is_text_as_it_is_or_json(body: Any, sent: bytes) -> None:
    assert convert.to_request(shape("s3", "PutObject"), {"Body": body}) == {"Body": sent}


def test_an_unknown_field_is_told() -> None:
    with pytest.raises(convert.UnknownField, match="bucket"):
        convert.to_request(shape("s3", "GetObject"), {"bucket": "b"})


def test_an_answer_becomes_json() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    answer = {"Body": io.BytesIO(b"{}"), "ETag": "e", "LastModified": moment, "ResponseMetadata": {}, "VersionId": None}
    result = convert.to_result(shape("s3", "GetObject", "output_shape"), answer)
    assert result == {"Body": "{}", "ETag": "e", "LastModified": "2026-01-02T03:04:05.000Z"}


def test_an_optimized_integration_gives_times_in_milliseconds() -> None:
    answer = {"CreationTime": datetime(2026, 1, 2, tzinfo=UTC)}
    output = shape("sagemaker", "DescribeTrainingJob", "output_shape")
    assert convert.to_result(output, answer, convert.epoch_milliseconds) == {"CreationTime": 1767312000000}


@given(st.dictionaries(st.sampled_from(["Bucket", "Key", "Prefix", "MaxKeys"]), st.text(max_size=5) | st.integers()))
def test_known_arguments_always_pass(arguments: dict[str, Any]) -> None:
    known = {name: value for name, value in arguments.items() if name != "Key"}
    assert convert.to_request(shape("s3", "ListObjectsV2"), known) == known
