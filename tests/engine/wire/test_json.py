from __future__ import annotations

import json

import pytest

from slipway.engine import wire
from slipway.engine.caller import service_model
from slipway.engine.errors import AwsError

pytestmark = pytest.mark.specification("smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html")

PIPELINE = service_model("codepipeline", "us-east-1")
RUNTIME = service_model("sagemaker-runtime", "us-east-1")


def request(target: str = "", body: bytes = b"{}", path: str = "/", **headers: str) -> wire.WireRequest:
    named = {"x-amz-target": target} if target else {}
    return wire.WireRequest("POST", path, {}, {**named, **headers}, body)


def test_a_target_header_names_the_operation() -> None:
    found = wire.operation_of(PIPELINE, request("CodePipeline_20150709.GetPipeline"))
    assert found is not None
    assert found.name == "GetPipeline"


def test_a_target_of_another_service_is_no_operation() -> None:
    assert wire.operation_of(PIPELINE, request("CodeCommit_20150413.GetPipeline")) is None


def test_a_path_names_the_operation_of_a_rest_service() -> None:
    found = wire.operation_of(RUNTIME, request(path="/endpoints/churn/invocations"))
    assert found is not None
    assert found.name == "InvokeEndpoint"


def test_a_rest_request_is_parsed_from_path_headers_and_body() -> None:
    sent = request(path="/endpoints/churn/invocations", body=b"1,2", **{"content-type": "text/csv"})
    parsed = wire.parse(RUNTIME.operation_model("InvokeEndpoint"), sent)
    assert parsed == {"EndpointName": "churn", "ContentType": "text/csv", "Body": b"1,2"}


def test_a_body_that_is_no_json_is_a_serialization_error() -> None:
    with pytest.raises(AwsError, match="The request's body is not JSON") as error:
        wire.parse(PIPELINE.operation_model("GetPipeline"), request(body=b"{"))
    assert error.value.code == "SerializationException"


def test_a_rest_answer_puts_members_where_the_model_says() -> None:
    result = {"Body": b"yes", "ContentType": "text/csv", "InvokedProductionVariant": "blue"}
    answer = wire.render(RUNTIME.operation_model("InvokeEndpoint"), result)
    assert answer.body == b"yes"
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["x-Amzn-Invoked-Production-Variant"] == "blue"


def test_an_error_carries_code_message_and_the_modelled_status() -> None:
    answer = wire.render_error(RUNTIME, AwsError("ModelError", "bad", OriginalStatusCode=500), "r1")
    assert answer.status == 424
    assert json.loads(answer.body)["OriginalStatusCode"] == 500
    assert answer.headers["x-amzn-ErrorType"] == "ModelError"


@pytest.mark.parametrize("body", [b'{"name": "\\ud800"}', b'{"\\uDC00": 1}', b"[" * 100_000])
def test_half_a_character_and_levels_without_end_are_serialization_errors(body: bytes) -> None:
    with pytest.raises(AwsError) as error:
        wire.parse(PIPELINE.operation_model("GetPipeline"), request(body=body))
    assert (error.value.code, error.value.status) == ("SerializationException", 400)


def test_both_halves_of_a_character_are_one() -> None:
    assert wire.json_.loads(b'{"reason": "\\ud83e\\udd86"}') == {"reason": "\U0001f986"}
