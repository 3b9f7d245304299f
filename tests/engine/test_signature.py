"""Signatures, as botocore makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine import signature
from slipway.engine.errors import AwsError
from slipway.engine.wire import WireRequest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"
)

KEYS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "the-token")
URL = "http://127.0.0.1:4566"


def signed(auth: Any, url: str = f"{URL}/", method: str = "POST", body: bytes = b"{}", **headers: str) -> WireRequest:
    """A request as botocore signs it and as it arrives."""
    request = AWSRequest(method, url, headers={"Host": "127.0.0.1:4566", **headers}, data=body)
    auth.add_auth(request)
    parts = urlsplit(request.url)
    names = {name.lower(): str(value) for name, value in request.headers.items()}
    return WireRequest(method, parts.path, parse_qs(parts.query, keep_blank_values=True), names, body)


def verified(request: WireRequest, secret: str = KEYS.secret_key, later: timedelta = timedelta()) -> None:
    signature.verify(request, signature.read(request), secret, datetime.now(UTC) + later)


def changed(request: WireRequest, **parts: Any) -> WireRequest:
    """The request with another part."""
    return WireRequest(**{**{name: getattr(request, name) for name in request.__dataclass_fields__}, **parts})


@pytest.mark.parametrize(
    ("auth", "url"),
    [
        pytest.param(SigV4Auth, f"{URL}/", id="a header"),
        pytest.param(SigV4Auth, f"{URL}/2015-03-31/functions/a%3Ab/x%20y", id="escapes in the path, encoded once more"),
        pytest.param(SigV4Auth, f"{URL}/a/./b/../c//d/", id="a path that has another normal form"),
        pytest.param(SigV4Auth, f"{URL}/?b=2&a=%2F&a=1&c", id="a query in another order"),
        pytest.param(S3SigV4Auth, f"{URL}/bucket/a//b/../%C3%A9%20x?uploads", id="a key of S3's, as it is"),
        pytest.param(SigV4QueryAuth, f"{URL}/?Action=GetCallerIdentity&Version=2011-06-15", id="in the query"),
        pytest.param(S3SigV4QueryAuth, f"{URL}/bucket/key%20a?versionId=1", id="S3's, in the query"),
    ],
)
def test_what_botocore_signs_is_verified(auth: type[Any], url: str) -> None:
    service = "s3" if auth in (S3SigV4Auth, S3SigV4QueryAuth) else "sts"
    presigned = auth in (SigV4QueryAuth, S3SigV4QueryAuth)
    request = signed(auth(KEYS, service, "us-east-1"), url, *(("GET", b"") if presigned else ()))
    read = signature.read(request)
    assert (read.scope.access_key_id, read.scope.region, read.scope.service) == (KEYS.access_key, "us-east-1", service)
    assert read.token == "the-token"
    verified(request)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"method": "PUT"}, id="method"),
        pytest.param({"path": "/other"}, id="path"),
        pytest.param({"query": {"a": ["1"]}}, id="query"),
        pytest.param({"body": b"{} "}, id="body"),
    ],
)
def test_what_was_changed_is_refused(parts: dict[str, Any]) -> None:
    request = signed(SigV4Auth(KEYS, "sts", "us-east-1"))
    with pytest.raises(AwsError, match="The request signature we calculated does not match") as error:
        verified(changed(request, **parts))
    assert error.value.code == "InvalidSignatureException"


def test_a_signed_header_that_was_changed_is_refused() -> None:
    request = signed(SigV4Auth(KEYS, "sts", "us-east-1"), **{"X-Amz-Target": "A.B"})
    with pytest.raises(AwsError, match="The request signature we calculated does not match"):
        verified(changed(request, headers={**request.headers, "x-amz-target": "A.C"}))


def test_another_secret_is_refused() -> None:
    with pytest.raises(AwsError, match="The request signature we calculated does not match"):
        verified(signed(SigV4Auth(KEYS, "sts", "us-east-1")), secret="wrong")


def test_a_body_that_is_not_the_one_whose_hash_was_signed_is_refused() -> None:
    request = signed(S3SigV4Auth(KEYS, "s3", "us-east-1"), f"{URL}/bucket/key", "PUT", b"body")
    with pytest.raises(AwsError, match="x-amz-content-sha256") as error:
        verified(changed(request, body=b"another"))
    assert error.value.code == "XAmzContentSHA256Mismatch"


def test_a_virtual_host_s_path_is_signed_without_its_bucket() -> None:
    request = signed(S3SigV4Auth(KEYS, "s3", "us-east-1"), f"{URL}/key", "PUT", b"body")
    verified(changed(request, path="/bucket/key", signed_path="/key"))


@pytest.mark.parametrize("later", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_signature_of_another_time_is_refused(later: timedelta) -> None:
    with pytest.raises(AwsError, match="Signature expired") as error:
        verified(signed(SigV4Auth(KEYS, "sts", "us-east-1")), later=later)
    assert error.value.code == "RequestTimeTooSkewed"


def test_a_presigned_request_lasts_as_long_as_it_says() -> None:
    request = signed(S3SigV4QueryAuth(KEYS, "s3", "us-east-1", expires=600), f"{URL}/bucket/key", "GET", b"")
    verified(request, later=timedelta(minutes=9))
    with pytest.raises(AwsError, match="Request has expired") as error:
        verified(request, later=timedelta(minutes=11))
    assert error.value.code == "RequestExpired"


def test_a_presigned_request_lasts_a_week_at_most() -> None:
    request = signed(S3SigV4QueryAuth(KEYS, "s3", "us-east-1", expires=604_801), f"{URL}/bucket/key", "GET", b"")
    with pytest.raises(AwsError, match="a week at most"):
        signature.read(request)


def test_a_date_that_is_not_the_scope_s_is_refused() -> None:
    request = signed(SigV4Auth(KEYS, "sts", "us-east-1"))
    with pytest.raises(AwsError, match="Date in Credential scope does not match"):
        verified(changed(request, headers={**request.headers, "x-amz-date": "20200101T000000Z"}))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({}, "MissingAuthenticationTokenException", id="none"),
        pytest.param({"authorization": "AWS AKIA:abc"}, "InvalidRequest", id="version 2"),
        pytest.param(
            {"authorization": "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20261121/s3/aws4_request"},
            "IncompleteSignatureException",
            id="version 4A",
        ),
        pytest.param({"authorization": "Bearer x"}, "IncompleteSignatureException", id="something else"),
        pytest.param(
            {"authorization": f"AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature={'0' * 64}"},
            "IncompleteSignatureException",
            id="a scope that is none",
        ),
    ],
)
def test_what_is_not_signed_in_version_4_is_refused(headers: dict[str, str], code: str) -> None:
    with pytest.raises(AwsError) as error:
        signature.read(WireRequest("POST", "/", {}, headers, b""))
    assert error.value.code == code


def test_signed_chunks_are_refused_by_name() -> None:
    request = signed(S3SigV4Auth(KEYS, "s3", "us-east-1"), f"{URL}/bucket/key", "PUT", b"body")
    streaming = {**request.headers, "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}
    with pytest.raises(AwsError, match="does not verify signed chunks"):
        verified(changed(request, headers=streaming))


def test_who_a_request_names_is_read_without_its_being_verified() -> None:
    request = signed(SigV4Auth(KEYS, "sts", "eu-west-1"))
    assert str(signature.scope_of(request)).endswith("/eu-west-1/sts/aws4_request")
    assert signature.scope_of(WireRequest("GET", "/", {}, {}, b"")) == signature.NOBODY


@pytest.mark.parametrize("time", ["20261321T000000Z", "2026-11-21T03:49:18Z", "20261121T034918", "now"])
def test_a_time_in_another_form_is_refused(time: str) -> None:
    request = signed(SigV4Auth(KEYS, "sts", "us-east-1"))
    with pytest.raises(AwsError, match=f"Date must be in ISO-8601 'basic format'. Got '{time}'"):
        verified(changed(request, headers={**request.headers, "x-amz-date": time}))


PARTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    service=st.sampled_from(("s3", "sts", "lambda")),
    presigned=st.booleans(),
    path=st.lists(PARTS, max_size=4),
    query=st.lists(st.tuples(PARTS, PARTS), max_size=4),
    body=st.binary(max_size=20),
)
def test_any_address_and_body_that_botocore_signs_is_verified_and_no_other(
    service: str, presigned: bool, path: list[str], query: list[tuple[str, str]], body: bytes
) -> None:
    kinds = {"s3": (S3SigV4Auth, S3SigV4QueryAuth)}.get(service, (SigV4Auth, SigV4QueryAuth))
    # A key's slashes are not escaped: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    kept = "/" if service == "s3" else ""
    address = f"{URL}/{'/'.join(quote(part, safe=kept) for part in path)}"
    url = f"{address}?{urlencode(query, quote_via=quote)}" if query else address
    request = signed(kinds[presigned](KEYS, service, "us-east-1"), url, "PUT", b"" if presigned else body)
    verified(request)
    with pytest.raises(AwsError, match="The request signature we calculated does not match"):
        verified(changed(request, path=f"{request.path}x"))


HEADERS = ("authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token")
QUERY = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature")
CLAIMS = st.text(max_size=20) | st.sampled_from(
    ("AWS4-HMAC-SHA256", "20261121T000000Z", "²", "9" * 5000, "a/20261121/us-east-1/s3/aws4_request", "STREAMING-")
)


@given(headers=st.dictionaries(st.sampled_from(HEADERS), CLAIMS), query=st.dictionaries(st.sampled_from(QUERY), CLAIMS))
def test_whatever_a_request_says_of_its_signature_is_refused_by_one_of_aws_s_codes(
    headers: dict[str, str], query: dict[str, str]
) -> None:
    request = signed(S3SigV4Auth(KEYS, "s3", "us-east-1"), f"{URL}/bucket/key", "PUT", b"body")
    query_only = signed(S3SigV4QueryAuth(KEYS, "s3", "us-east-1"), f"{URL}/bucket/key", "PUT", b"")
    for spoilt in (
        changed(request, headers={**request.headers, **headers}, query={name: [text] for name, text in query.items()}),
        changed(query_only, query={**query_only.query, **{name: [text] for name, text in query.items()}}),
    ):
        try:
            verified(spoilt)
        except AwsError as error:
            assert error.status in (400, 403)


def test_a_signature_in_other_letters_is_refused() -> None:
    request = signed(S3SigV4QueryAuth(KEYS, "s3", "us-east-1"), f"{URL}/bucket/key", "GET", b"")
    with pytest.raises(AwsError, match="The request signature we calculated does not match"):
        verified(changed(request, query={**request.query, "X-Amz-Signature": ["é" * 64]}))


@pytest.mark.parametrize("seconds", ["²", "9" * 5000, "-1", "1.5"])
def test_a_presigned_request_that_lasts_no_number_of_seconds_is_refused(seconds: str) -> None:
    request = signed(S3SigV4QueryAuth(KEYS, "s3", "us-east-1"), f"{URL}/bucket/key", "GET", b"")
    with pytest.raises(AwsError, match="a week at most"):
        signature.read(changed(request, query={**request.query, "X-Amz-Expires": [seconds]}))
