"""Every operation that the engine executes: what botocore sends for it is read back, and what is spoilt is refused."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import pytest
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum
from botocore.model import MapShape, OperationModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from slipway.engine import wire
from slipway.engine.caller import service_model
from slipway.engine.dispatcher import find_services
from slipway.engine.errors import AwsError
from slipway.engine.operation_reference import executed
from tests.engine.generated import Unfit, Values

pytestmark = pytest.mark.specification("smithy.io/2.0/aws/protocols/index.html")

RANDOM = st.randoms(use_true_random=False)
# A service and its operation, in each protocol that its clients may speak.
CALLS = [
    (service, name, protocol)
    for service, names in executed().items()
    for protocol in service_model(service, "us-east-1").metadata["protocols"]
    for name in sorted(names)
]


def model_of(service: str, name: str) -> OperationModel:
    return service_model(service, "us-east-1").operation_model(name)


def streams(service: str, name: str) -> bool:
    """Whether the answer has a body of its own, which is not read at once."""
    return bool(model_of(service, name).has_streaming_output)


def sent(operation: OperationModel, protocol: str, parameters: dict[str, Any]) -> wire.WireRequest:
    """What botocore sends for an operation, as it arrives."""
    request = create_serializer(protocol, include_validation=False).serialize_to_request(parameters, operation)
    path, _, literals = request["url_path"].partition("?")
    query = parse_qs(f"{literals}&{urlencode(request['query_string'], doseq=True)}", keep_blank_values=True)
    headers = {name.lower(): str(value) for name, value in request["headers"].items()}
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode(body, quote_via=quote)
    content = body if isinstance(body, bytes) else body.encode()
    return wire.WireRequest(request["method"], path, query, headers, content)


def as_read(operation: OperationModel, parameters: dict[str, Any], request: wire.WireRequest) -> dict[str, Any]:
    """The parameters as they are on the wire: names of headers in lower case, and the whole query where all are asked.

    docs: smithy.io/2.0/spec/http-bindings.html#httpqueryparams-trait
    """
    read = dict(parameters)
    for name, member in operation.input_shape.members.items() if operation.input_shape else ():
        location = member.serialization.get("location")
        if isinstance(member, MapShape) and location == "querystring":
            read[name] = {name: values[0] for name, values in request.query.items()}
        elif location == "headers" and name in read:
            read[name] = {name.lower(): value for name, value in read[name].items()}
    return read


def made(random: Random, operation: OperationModel) -> dict[str, Any]:
    try:
        parameters: dict[str, Any] = Values(random).of(operation.input_shape)
    except Unfit:
        assume(False)
    return parameters


@settings(max_examples=300)
@given(call=st.sampled_from(CALLS), random=RANDOM)
def test_what_botocore_sends_is_read_back(call: tuple[str, str, str], random: Random) -> None:
    service, name, protocol = call
    operation = model_of(service, name)
    parameters = made(random, operation)
    request = sent(operation, protocol, parameters)
    found = wire.operation_of(operation.service_model, request)
    assert found is not None
    assert found.name == name
    assert wire.protocol_of(operation.service_model, request) == protocol
    assert wire.parse(found, request) == as_read(operation, parameters, request)


OWN = {service.name: frozenset(service.operations) for service in find_services()}
ANSWERED = [
    (service, name, protocol)
    for service, name, protocol in CALLS
    if name in OWN.get(service, ()) and model_of(service, name).output_shape and not streams(service, name)
]


@settings(max_examples=200)
@given(call=st.sampled_from(ANSWERED), random=RANDOM)
def test_what_a_service_of_ours_answers_is_read_by_botocore_in_the_protocol_of_the_request(
    call: tuple[str, str, str], random: Random
) -> None:
    service, name, protocol = call
    operation = model_of(service, name)
    try:
        result = Values(random).of(operation.output_shape)
    except Unfit:
        assume(False)
    answer = wire.render(operation, result, "r1", protocol)
    response = {"status_code": answer.status, "headers": answer.headers, "body": answer.body, "context": {}}
    read = create_parser(protocol).parse(response, operation.output_shape)
    del read["ResponseMetadata"]
    assert read == result


def refusal(request: wire.WireRequest, operation: OperationModel) -> AwsError | None:
    """The error of a request, None when it is read; any other exception is a fault of the engine's."""
    try:
        unpacked = wire.joined(wire.inflated(request))
        wire.parse(wire.operation_of(operation.service_model, unpacked) or operation, unpacked)
    except AwsError as error:
        return error
    return None


def assert_told(error: AwsError, request: wire.WireRequest, operation: OperationModel) -> None:
    """The client's own parser reads status, code and message of the error."""
    model = operation.service_model
    protocol = wire.protocol_of(model, request)
    answer = wire.render_error(model, error, "r1", protocol)
    assert 400 <= answer.status < 500
    response = {"status_code": answer.status, "headers": answer.headers, "body": answer.body, "context": {}}
    told = create_parser(protocol).parse(response, operation.output_shape)["Error"]
    assert re.fullmatch(r"[A-Za-z.]+", told["Code"])
    assert told["Message"]


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300)
@given(call=st.sampled_from(CALLS), random=RANDOM, data=st.data())
def test_a_body_that_was_cut_short_or_written_over_is_read_or_refused(
    call: tuple[str, str, str], random: Random, data: st.DataObject
) -> None:
    operation = model_of(*call[:2])
    request = sent(operation, call[2], made(random, operation))
    content = bytes(request.body)
    at = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 8))
    spoilt = replace(request, body=content[:at] + data.draw(st.binary(max_size=8)) + content[at + length :])
    error = refusal(spoilt, operation)
    if error is not None:
        assert_told(error, spoilt, operation)


@settings(max_examples=300)
@given(call=st.sampled_from([call for call in CALLS if "json" in call[2]]), random=RANDOM, data=st.data())
def test_a_member_of_another_type_is_read_or_refused(
    call: tuple[str, str, str], random: Random, data: st.DataObject
) -> None:
    operation = model_of(*call[:2])
    request = sent(operation, call[2], made(random, operation))
    document = operation.input_shape is None or "payload" not in operation.input_shape.serialization
    body = json.loads(request.body) if document and request.body else {}
    name = data.draw(st.sampled_from(sorted(body)) if body else st.text(max_size=8))
    spoilt = replace(request, body=json.dumps({**body, name: data.draw(VALUES)}).encode())
    error = refusal(spoilt, operation)
    if error is not None:
        assert_told(error, spoilt, operation)


@settings(max_examples=300)
@given(
    call=st.sampled_from(CALLS),
    random=RANDOM,
    body=st.none() | st.binary(max_size=64) | VALUES.map(lambda value: json.dumps(value).encode()),
    query=st.none() | st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=8), min_size=1, max_size=2)),
    path=st.none() | st.text(max_size=20).map(lambda text: f"/{quote(text)}"),
    headers=st.dictionaries(
        st.sampled_from(("content-type", "content-encoding", "x-amz-content-sha256", "x-amz-target", "host")),
        st.sampled_from(
            ("gzip", "aws-chunked", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "APPLICATION/X-WWW-FORM-URLENCODED", "", ".")
        )
        | st.text(max_size=12),
        max_size=2,
    ),
)
def test_any_path_query_headers_and_body_are_read_or_refused(
    call: tuple[str, str, str],
    random: Random,
    body: bytes | None,
    query: dict[str, list[str]] | None,
    path: str | None,
    headers: dict[str, str],
) -> None:
    operation = model_of(*call[:2])
    request = sent(operation, call[2], made(random, operation))
    spoilt = replace(
        request,
        body=request.body if body is None else body,
        query=request.query if query is None else query,
        path=path or request.path,
        headers={**request.headers, **headers},
    )
    error = refusal(spoilt, operation)
    if error is not None:
        assert_told(error, spoilt, operation)


@pytest.mark.parametrize("service", sorted(executed()))
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 100_000, id="levels without end"),
        pytest.param(b'{"a":' * 100_000, id="objects without end"),
        pytest.param(b"\xff\xfe{}", id="another encoding"),
        pytest.param(b"\x9f" * 100_000, id="arrays of CBOR without end"),
        pytest.param(b"<a>" * 100_000, id="elements without end"),
        pytest.param(b"1" * 10_000, id="a number of ten thousand digits"),
        pytest.param(b"a.1" + b".1" * 10_000 + b"=1", id="a form without end"),
    ],
)
def test_a_body_without_end_or_sense_is_read_or_refused(service: str, body: bytes) -> None:
    for name in sorted(executed()[service]):
        operation = model_of(service, name)
        for protocol in operation.service_model.metadata["protocols"]:
            try:
                parameters = Values(Random(1)).of(operation.input_shape)  # noqa: S311 - parameters, no secrets
                request = replace(sent(operation, protocol, parameters), body=body)
            except Unfit:
                continue
            error = refusal(request, operation)
            if error is not None:
                assert_told(error, request, operation)


@given(body=st.binary(max_size=24))
def test_any_bytes_are_cbor_or_refused(body: bytes) -> None:
    operation = model_of("cloudwatch", "PutMetricData")
    request = replace(sent(operation, "smithy-rpc-v2-cbor", {"Namespace": "n"}), body=body)
    error = refusal(request, operation)
    if error is not None:
        assert_told(error, request, operation)


@given(content=st.binary(max_size=64), spoilt=st.binary(max_size=4), at=st.integers(0, 200), length=st.integers(0, 4))
def test_chunks_that_were_spoilt_are_joined_or_refused(content: bytes, spoilt: bytes, at: int, length: int) -> None:
    wrapped = AwsChunkedWrapper(io.BytesIO(content), Crc32Checksum, "x-amz-checksum-crc32", chunk_size=16).read()
    operation = model_of("s3", "PutObject")
    headers = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(len(content))}
    body = wrapped[:at] + spoilt + wrapped[at + length :]
    request = replace(sent(operation, "rest-xml", {"Bucket": "b", "Key": "k"}), headers=headers, body=body)
    error = refusal(request, operation)
    if error is None:
        assert len(wire.joined(request).body) == len(content)
    else:
        assert_told(error, request, operation)
