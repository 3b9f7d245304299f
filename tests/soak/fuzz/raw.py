"""Requests that are hardly HTTP, or hardly of a service: heads, targets, signatures and lengths of every kind."""

from __future__ import annotations

import base64
import socket
from random import Random
from urllib.parse import urlsplit

from botocore.credentials import Credentials

from slipway.local import LocalEngine
from tests.soak.fuzz import spoiling
from tests.soak.fuzz.calls import Answered, Calls
from tests.soak.fuzz.message import Message, signed

_SECONDS = 20.0
_PATHS = (
    "/",
    "//",
    "/%",
    "/%zz/%ff",
    "/../../etc/passwd",
    "/\xff\xfe",
    "*",
    "http://169.254.169.254/",
    "/?%ff=%fe&=&&X-Amz-Signature=%C3%A9",
    "/?Action=%00",
    "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/s3/aws4_request&X-Amz-Expires=%C2%B2",
    "/v1/repos/fuzz/info/refs?service=git-upload-pack",
    "/v1/repos/plant/info/refs?service=git-receive-pack",
    "/v1/repos/plant/git-upload-pack",
    "/v1/repos/plant/git-receive-pack",
    "/v1/repos/%2e%2e%2f%2e%2e/info/refs?service=git-upload-pack",
    "/v1/repos//info/refs?service=%ff",
    "/v2/",
    "/v2/fuzz/manifests/latest",
    "/_slipway/faults",
    "/_ministack/health",
    "/restapis/x/y/_user_request_/",
    "/service/GraniteServiceVersion20100801/operation/PutMetricData",
    "/service/x/operation/%00",
    "/2015-03-31/functions/%00/invocations",
    "/fuzz-bucket/%ff%00?uploads&partNumber=x&versionId=%ff",
)
_VERSIONS = ("1.1",) * 6 + ("1.0", "9", "x")
_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "BREW", "\xff")
_AUTHORIZATIONS = (
    "",
    "Basic",
    "Basic " + base64.b64encode(b"a").decode(),
    "Basic " + base64.b64encode(b"AKIA:20261121T000000Zabc").decode(),
    "Basic " + base64.b64encode(b"\xff:\xfe").decode(),
    "Bearer x",
    "AWS a:b",
    "AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=" + "0" * 64,
    "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=",
    "AWS4-HMAC-SHA256 " + "x" * 9000,
    "\xff",
)
_HEADERS = (
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Content-Length: x",
    "Content-Length: 4\r\nContent-Length: 5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
    "Content-Encoding: gzip",
    "Content-Encoding: aws-chunked",
    "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "X-Amz-Decoded-Content-Length: x",
    "X-Amz-Date: 00000000T000000Z",
    "X-Amz-Date: x",
    "X-Amz-Target: .",
    "X-Amz-Target: CodePipeline_20150709.",
    "X-Amz-Target: .ListPipelines",
    "X-Amz-Target: \xff.\xfe",
    "X-Amz-Security-Token: x",
    "Content-Type: \xff",
    "Content-Type: application/x-www-form-urlencoded",
    "Host: example.com",
    "Host: [::1",
    "Host: fuzz-bucket.s3.us-east-1.amazonaws.com",
    "Host: x.execute-api.us-east-1.amazonaws.com",
    "Host: \xff",
    "Expect: 100-continue",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Connection: close",
    "Range: bytes=-",
    ": x",
    "no colon",
    "A: " + "x" * 70_000,
)
_BODIES = (
    b"",
    b"{",
    b"<",
    b"[" * 20_000,
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    b"\xa1",
    b"\x9f" * 2000,
    b"Action=",
    b"Action=ListTopics&Version=x&a.member.%C2%B2=1",
    b"0\r\n\r\n",
    b"5;chunk-signature=x\r\nabc",
    b"0000",
    b"ffff",
    b"0032want 0000000000000000000000000000000000000000\n0000",
    b"\x1f\x8b\x08\x00",
)


class Raw:
    """Bytes to one engine."""

    def __init__(self, engine: LocalEngine, calls: Calls, random: Random) -> None:
        self._engine = engine
        self._calls = calls
        self._random = random
        self._keys = Credentials(*engine.keys())

    def call(self) -> tuple[str, Answered]:
        """Send one; what was sent, and what came of it."""
        sent = self._spoilt() if self._random.random() < 0.5 else self._made()
        try:
            answer = self._answer(sent)
        except TimeoutError:
            return repr(sent[:4000]), Answered(0, f"no answer in {_SECONDS:.0f} s")
        except OSError:
            answer = b""  # The engine has read enough.
        return repr(sent[:4000]), self._judged(answer)

    def _made(self) -> bytes:
        """A request of parts that do not belong together."""
        random = self._random
        body = random.choice(_BODIES)
        lines = [
            f"{random.choice(_METHODS)} {random.choice(_PATHS)} HTTP/{random.choice(('1.1',) * 6 + ('1.0', '9', 'x'))}"
        ]
        lines += random.choice((["Host: 127.0.0.1"],) * 5 + ([],))
        lines += [f"Authorization: {random.choice(_AUTHORIZATIONS)}"] if random.random() < 0.6 else []
        lines += random.sample(_HEADERS, random.choice((0, 1, 1, 2, 3)))
        lines += [f"Content-Length: {len(body)}"] if random.random() < 0.7 else []
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    def _spoilt(self) -> bytes:
        """A good and signed request, some bytes of which are others."""
        operation, _, message, _ = self._calls.message()
        model = operation.service_model
        presigned = message.method == "GET" and not message.body and self._random.random() < 0.5
        request = signed(message, self._engine.url, model.signing_name, self._keys, "us-east-1", presigned=presigned)
        whole = _bytes(request)
        if self._random.random() < 0.3:
            return whole[: self._random.randrange(1, len(whole))]
        return spoiling.data(self._random, whole)

    def _answer(self, sent: bytes) -> bytes:
        parts = urlsplit(self._engine.url)
        with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=_SECONDS) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            found = b""
            while part := connection.recv(65536):
                found = (found + part)[:65536]
        return found

    def _judged(self, answer: bytes) -> Answered:
        """Closed without an answer, or a status that says whose fault it is: the sender's."""
        if not answer:
            return Answered(0)
        line = answer.partition(b"\r\n")[0].split(b" ")
        if len(line) < 2 or not line[1].isdigit():
            return Answered(0, f"no answer of HTTP: {answer[:300]!r}")
        status = int(line[1])
        # An answer to HEAD has no words.
        refused = status == 501 and (b"local engine" in answer or answer.endswith(b"\r\n\r\n"))
        bad = (status >= 500 and not refused) or b"Traceback" in answer
        return Answered(status, f"{answer[:900]!r}" if bad else "")


def _bytes(message: Message) -> bytes:
    headers = {**message.headers, "Content-Length": str(len(message.body))}
    lines = [f"{message.method} {message.target} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + message.body
