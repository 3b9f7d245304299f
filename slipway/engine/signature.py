"""AWS Signature Version 4: what a request says that it is signed with, and whether that is so.

Header and query ("presigned") signatures; version 2, 4A and signed chunks are refused by name.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, unquote

from slipway.engine.errors import AwsError
from slipway.engine.wire import WireRequest

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_NOT_SUPPORTED = "The authorization mechanism you have provided is not supported."
_HEADER = re.compile(rf"{_ALGORITHM} +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{{64}})")
_BASIC_FORMAT = re.compile(r"\d{8}T\d{6}Z")
_SKEW = {"s3": timedelta(minutes=15)}
_OTHERS_SKEW = timedelta(minutes=5)
_LONGEST_EXPIRY = 604_800
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Scope:
    """A credential scope, `<key>/<date>/<region>/<service>/aws4_request`."""

    access_key_id: str
    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True)
class Signature:
    """What a request says of its signature."""

    scope: Scope
    time: str
    headers: tuple[str, ...]
    value: str
    token: str | None = None
    expires: int | None = None


NOBODY = Scope("", "", "", "")


def read(request: WireRequest) -> Signature:
    """The signature that a request carries; AwsError with AWS's code when there is none or it is not complete."""
    authorization = request.headers.get("authorization", "")
    if _is_version_2(request):
        raise AwsError("InvalidRequest", f"{_NOT_SUPPORTED} Please use {_ALGORITHM}.", status=400)
    if authorization:
        return _from_header(authorization, request)
    if "X-Amz-Algorithm" in request.query:
        return _from_query(request)
    raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", status=403)


def _is_version_2(request: WireRequest) -> bool:
    """Whether it is signed as only old buckets of S3's take it, though SDKs presign so by default in us-east-1.

    docs.aws.amazon.com/AmazonS3/latest/API/specify-signature-version.html
    """
    return "AWSAccessKeyId" in request.query or request.headers.get("authorization", "").startswith("AWS ")


def scope_of(request: WireRequest) -> Scope:
    """What the request says that it was signed for; nobody's when it does not say."""
    if _is_version_2(request):
        return Scope(_value(request, "AWSAccessKeyId"), "", "", "s3")
    header = request.headers.get("authorization", "")
    named = (
        header.partition("Credential=")[2].partition(",")[0].strip() if header else _value(request, "X-Amz-Credential")
    )
    return _scope(named) or NOBODY


def verify(request: WireRequest, signature: Signature, secret: str, now: datetime) -> None:
    """Refuse a signature that the secret does not make, or made at another time."""
    _check_time(signature, now)
    calculated = _sign(_string_to_sign(request, signature), secret, signature.scope)
    if not hmac.compare_digest(calculated.encode(), signature.value.encode()):
        raise _refused(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret"
            " Access Key and signing method. Consult the service documentation for details."
        )


def _from_header(authorization: str, request: WireRequest) -> Signature:
    found = _HEADER.fullmatch(authorization)
    scope = _scope(found[1]) if found else None
    time = request.headers.get("x-amz-date", "")
    if found is None or scope is None or not time:
        raise _incomplete(
            f"The local engine reads {_ALGORITHM} with Credential, SignedHeaders, Signature and X-Amz-Date"
        )
    token = request.headers.get("x-amz-security-token")
    return Signature(scope, time, tuple(found[2].split(";")), found[3], token)


def _from_query(request: WireRequest) -> Signature:
    scope = _scope(_value(request, "X-Amz-Credential"))
    expires, signed = _value(request, "X-Amz-Expires"), _value(request, "X-Amz-SignedHeaders")
    complete = scope is not None and signed and _value(request, "X-Amz-Algorithm") == _ALGORITHM
    lasts = _SECONDS.fullmatch(expires or "0") is not None and int(expires or "0") <= _LONGEST_EXPIRY
    if scope is None or not complete or not lasts:
        raise _incomplete(
            f"A presigned request needs {_ALGORITHM}, its credential, date, signed headers and a week at most"
        )
    return Signature(
        scope,
        _value(request, "X-Amz-Date"),
        tuple(signed.split(";")),
        _value(request, "X-Amz-Signature"),
        _value(request, "X-Amz-Security-Token") or None,
        int(expires) if expires else None,
    )


def _scope(credential: str) -> Scope | None:
    parts = credential.rsplit("/", 4)
    return Scope(*parts[:4]) if len(parts) == 5 and parts[4] == "aws4_request" else None


def _value(request: WireRequest, name: str) -> str:
    return (request.query.get(name) or [""])[0]


def _check_time(signature: Signature, now: datetime) -> None:
    signed = _moment(signature.time)
    if not signature.time.startswith(signature.scope.date):
        raise _refused(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: {signature.time}"
        )
    if signature.expires is not None:
        if now > signed + timedelta(seconds=signature.expires):
            raise AwsError("RequestExpired", "Request has expired", status=403)
        return
    if abs(now - signed) > _SKEW.get(signature.scope.service, _OTHERS_SKEW):
        raise AwsError(
            "RequestTimeTooSkewed", f"Signature expired: {signature.time} is not the time here, {now}", status=403
        )


def _moment(text: str) -> datetime:
    """`20261121T034918Z`; not by `strptime`, which takes as long as the signature."""
    try:
        if not _BASIC_FORMAT.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _incomplete(f"Date must be in ISO-8601 'basic format'. Got '{text}'") from error


def _string_to_sign(request: WireRequest, signature: Signature) -> str:
    canonical = hashlib.sha256(canonical_request(request, signature).encode()).hexdigest()
    return f"{_ALGORITHM}\n{signature.time}\n{signature.scope}\n{canonical}"


def canonical_request(request: WireRequest, signature: Signature) -> str:
    """The text whose hash is signed."""
    values = (" ".join(request.headers.get(name, "").split()) for name in signature.headers)
    headers = "".join(f"{name}:{value}\n" for name, value in zip(signature.headers, values, strict=True))
    return "\n".join(
        (
            request.method,
            _path(request.signed_path or request.path, signature.scope.service),
            _query(request),
            headers,
            ";".join(signature.headers),
            _payload(request, signature),
        )
    )


def _path(path: str, service: str) -> str:
    """S3 signs the path as it is, everybody else its normal form, encoded once more."""
    if path == "/":
        return path
    if service == "s3":
        return quote(unquote(path), safe="/-_.~")
    normal = posixpath.normpath(path).replace("//", "/")
    return quote(normal + ("/" if path.endswith("/") and normal != "/" else ""), safe="/-_.~")


def _query(request: WireRequest) -> str:
    if not request.query:
        return ""
    pairs = [
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, values in request.query.items()
        if name != "X-Amz-Signature"
        for value in values
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _payload(request: WireRequest, signature: Signature) -> str:
    """The hash of the body. One that is given must be the body's; S3 may be given none."""
    given = request.headers.get("x-amz-content-sha256", "")
    if given.startswith("STREAMING-AWS4"):
        raise _incomplete("The local engine does not verify signed chunks (x-amz-content-sha256: STREAMING-AWS4-…)")
    if given == _UNSIGNED or given.startswith("STREAMING-UNSIGNED"):
        return given
    if not given and signature.expires is not None and signature.scope.service == "s3":
        return _UNSIGNED
    actual = request.body_hash()
    if given and given != actual:
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise AwsError("XAmzContentSHA256Mismatch", message, status=400)
    return actual


def _sign(text: str, secret: str, scope: Scope) -> str:
    return hmac.new(_key(secret, scope.date, scope.region, scope.service), text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4096)
def _key(secret: str, date: str, region: str, service: str) -> bytes:
    """The signing key, derived once for a key, day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _refused(message: str) -> AwsError:
    return AwsError("InvalidSignatureException", message, status=403)


def _incomplete(message: str) -> AwsError:
    return AwsError("IncompleteSignatureException", message, status=400)
