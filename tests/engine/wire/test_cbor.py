"""CloudWatch's clients speak Smithy's RPC v2 with CBOR."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from slipway.engine import wire
from slipway.engine.caller import service_model
from slipway.engine.errors import AwsError

pytestmark = pytest.mark.specification("smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html")

METRICS = service_model("cloudwatch", "us-east-1")
PUT = METRICS.operation_model("PutMetricData")
PATH = "/service/GraniteServiceVersion20100801/operation/PutMetricData"


def test_what_botocore_sends_is_read_back() -> None:
    point = {"MetricName": "m", "Value": 1.5, "Timestamp": datetime(2026, 11, 21, 3, 49, 18, tzinfo=UTC)}
    parameters = {"Namespace": "n", "MetricData": [point]}
    sent = create_serializer("smithy-rpc-v2-cbor").serialize_to_request(parameters, PUT)
    request = wire.WireRequest("POST", sent["url_path"], {}, {}, sent["body"])
    found = wire.operation_of(METRICS, request)
    assert found is not None
    assert found.name == "PutMetricData"
    assert wire.parse(found, request) == parameters


def test_an_operation_of_another_service_is_none() -> None:
    path = PATH.replace("GraniteServiceVersion20100801", "Other")
    assert wire.operation_of(METRICS, wire.WireRequest("POST", path, {}, {}, b"")) is None


def test_a_body_that_is_no_cbor_is_a_serialization_error() -> None:
    with pytest.raises(AwsError, match="The request's body is not CBOR") as error:
        wire.parse(PUT, wire.WireRequest("POST", PATH, {}, {}, b"\xff\xff"))
    assert error.value.code == "SerializationException"


def test_an_error_is_read_by_botocore() -> None:
    message = "m" * 300
    answer = wire.render_error(METRICS, AwsError("InvalidParameterValue", message), "r1", "smithy-rpc-v2-cbor")
    response = {"status_code": answer.status, "headers": answer.headers, "body": answer.body, "context": {}}
    parsed = create_parser("smithy-rpc-v2-cbor").parse(response, PUT.output_shape)
    assert parsed["Error"]["Code"] == "InvalidParameterValue"
    assert parsed["Error"]["Message"] == message


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x5b" + b"\xff" * 8, id="a string longer than any memory"),
        pytest.param(b"\x5b\x20" + b"\xff" * 7, id="a string longer than this machine's"),
        pytest.param(b"\x9b" + b"\xff" * 8, id="an array without its items"),
        pytest.param(b"\xa1\x80\x01", id="a key that is an array"),
        pytest.param(b"\xc1\xfb\x7f\xef" + b"\xff" * 6, id="a moment that no calendar has"),
        pytest.param(b"\xc1\xf9\x7e\x00", id="a moment that is no number"),
        pytest.param(b"\x62\xff\xff", id="a text that is not UTF-8"),
    ],
)
def test_bytes_that_mean_nothing_are_refused(body: bytes) -> None:
    request = wire.WireRequest("POST", PATH, {}, {}, body)
    with pytest.raises(AwsError, match="The request's body is not CBOR") as error:
        wire.parse(PUT, request)
    assert (error.value.code, error.value.status) == ("SerializationException", 400)
