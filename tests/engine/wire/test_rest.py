"""REST requests: which operation they name, and where their parameters are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from slipway.engine import wire
from slipway.engine.caller import service_model
from slipway.engine.errors import AwsError, ValidationFailed

pytestmark = pytest.mark.specification("smithy.io/2.0/spec/http-bindings.html")

S3 = service_model("s3", "us-east-1")
LAMBDA = service_model("lambda", "us-east-1")
APIS = service_model("apigateway", "us-east-1")


def sent(model: Any, operation: str, parameters: dict[str, Any]) -> wire.WireRequest:
    """What botocore sends for an operation."""
    serializer = create_serializer(model.metadata["protocol"])
    request = serializer.serialize_to_request(parameters, model.operation_model(operation))
    path, _, literals = request["url_path"].partition("?")
    query = parse_qs(f"{literals}&{urlencode(request['query_string'], doseq=True)}", keep_blank_values=True)
    headers = {name.lower(): str(value) for name, value in request["headers"].items()}
    body = request["body"] if isinstance(request["body"], bytes) else request["body"].encode()
    return wire.WireRequest(request["method"], path, query, headers, body)


CALLS = [
    pytest.param(S3, "PutObject", {"Bucket": "b", "Key": "a/b c", "Body": b"1", "Metadata": {"k": "v"}}, id="metadata"),
    pytest.param(S3, "ListObjectsV2", {"Bucket": "b", "MaxKeys": 3, "FetchOwner": True}, id="a literal in the query"),
    pytest.param(S3, "ListObjects", {"Bucket": "b"}, id="without that literal"),
    pytest.param(S3, "GetBucketLifecycleConfiguration", {"Bucket": "b"}, id="not its deprecated namesake"),
    pytest.param(
        S3, "UploadPart", {"Bucket": "b", "Key": "k", "PartNumber": 2, "UploadId": "u", "Body": b"1"}, id="part"
    ),
    pytest.param(S3, "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "b/other"}, id="told by a header"),
    pytest.param(
        S3,
        "UploadPartCopy",
        {"Bucket": "b", "Key": "k", "CopySource": "b/other", "PartNumber": 1, "UploadId": "u"},
        id="told by header and query",
    ),
    pytest.param(
        S3,
        "DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "a"}, {"Key": "<b>"}], "Quiet": True}},
        id="flattened XML lists",
    ),
    pytest.param(
        S3,
        "PutBucketTagging",
        {"Bucket": "b", "Tagging": {"TagSet": [{"Key": "k", "Value": "v"}, {"Key": "e", "Value": ""}]}},
        id="XML lists",
    ),
    pytest.param(
        S3,
        "PutObjectAcl",
        {
            "Bucket": "b",
            "Key": "k",
            "AccessControlPolicy": {
                "Grants": [{"Grantee": {"ID": "i", "Type": "CanonicalUser"}, "Permission": "READ"}],
                "Owner": {"ID": "i"},
            },
        },
        id="XML attributes",
    ),
    pytest.param(
        S3,
        "GetObject",
        {"Bucket": "b", "Key": "k", "IfModifiedSince": datetime(2026, 11, 21, 3, 49, 18, tzinfo=UTC)},
        id="a date in a header",
    ),
    pytest.param(LAMBDA, "ListFunctions", {"MaxItems": 5}, id="a number in the query"),
    pytest.param(LAMBDA, "Invoke", {"FunctionName": "f", "Payload": b'{"a": 1}'}, id="a payload that stays bytes"),
    pytest.param(
        LAMBDA,
        "UpdateFunctionConfiguration",
        {"FunctionName": "f", "Timeout": 9, "Environment": {"Variables": {"AB": "c"}}},
        id="path and body",
    ),
    pytest.param(APIS, "UntagResource", {"resourceArn": "arn:aws:a", "tagKeys": ["a", "b"]}, id="a list in the query"),
]


@pytest.mark.parametrize(("model", "operation", "parameters"), CALLS)
def test_what_botocore_sends_is_read_back(model: Any, operation: str, parameters: dict[str, Any]) -> None:
    request = sent(model, operation, parameters)
    found = wire.operation_of(model, request)
    assert found is not None
    assert found.name == operation
    assert wire.parse(found, request) == parameters


def test_a_large_body_is_handed_on_and_not_copied() -> None:
    request = sent(S3, "PutObject", {"Bucket": "b", "Key": "k", "Body": b"x" * 1_000_000})
    assert wire.parse(S3.operation_model("PutObject"), request)["Body"] is request.body


def test_an_address_that_no_operation_has_is_none() -> None:
    assert wire.operation_of(S3, wire.WireRequest("PATCH", "/b/k", {}, {}, b"")) is None


def test_values_outside_the_body_are_validated_too() -> None:
    request = sent(LAMBDA, "ListFunctions", {"MaxItems": 5})
    request = wire.WireRequest(request.method, request.path, {"MaxItems": ["many"]}, {}, b"")
    with pytest.raises(ValidationFailed, match=r"Value 'many' at 'MaxItems' failed to satisfy constraint: .* integer"):
        wire.parse(LAMBDA.operation_model("ListFunctions"), request)


def test_a_missing_payload_is_named() -> None:
    request = wire.WireRequest("PUT", "/b", {"tagging": [""]}, {}, b"")
    with pytest.raises(ValidationFailed, match=r"Value null at 'Tagging\.TagSet'"):
        wire.parse(S3.operation_model("PutBucketTagging"), request)


def test_a_body_that_is_no_xml_is_s3_s_malformed_xml() -> None:
    request = wire.WireRequest("PUT", "/b", {"tagging": [""]}, {}, b"<Tagging>")
    with pytest.raises(AwsError, match="The XML you provided was not well-formed") as error:
        wire.parse(S3.operation_model("PutBucketTagging"), request)
    assert error.value.code == "MalformedXML"


def test_an_error_of_s3_is_read_by_botocore() -> None:
    answer = wire.render_error(S3, AwsError("NoSuchKey", "a <b>", status=404), "r1")
    response = {"status_code": answer.status, "headers": answer.headers, "body": answer.body, "context": {}}
    parsed = create_parser("rest-xml").parse(response, S3.operation_model("GetObject").output_shape)
    assert parsed["Error"] == {"Code": "NoSuchKey", "Message": "a <b>"}
    assert parsed["ResponseMetadata"]["RequestId"] == "r1"
