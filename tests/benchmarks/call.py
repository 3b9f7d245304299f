"""The smallest call there is, signed once and sent again and again on one connection."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from slipway.local import LocalEngine
from tests.benchmarks.figure import median_milliseconds

_TIMES = 300


@dataclass(frozen=True)
class SmallCall:
    """An operation of a service that takes forms or JSON."""

    service: str
    content_type: str
    body: bytes
    target: str = ""


GET_CALLER_IDENTITY = SmallCall(
    "sts", "application/x-www-form-urlencoded", b"Action=GetCallerIdentity&Version=2011-06-15"
)
LIST_PIPELINES = SmallCall("codepipeline", "application/x-amz-json-1.1", b"{}", "CodePipeline_20150709.ListPipelines")
# Needs a parameter called `parameter`.
GET_PARAMETER = SmallCall("ssm", "application/x-amz-json-1.1", b'{"Name": "parameter"}', "AmazonSSM.GetParameter")


def signed_headers(engine: LocalEngine, call: SmallCall) -> dict[str, str]:
    """The headers of `call`, signed by the person."""
    headers = {"Content-Type": call.content_type, **({"X-Amz-Target": call.target} if call.target else {})}
    request = AWSRequest("POST", f"{engine.url}/", headers, call.body)
    SigV4Auth(engine.session().get_credentials(), call.service, engine.region).add_auth(request)
    return dict(request.headers.items())


def sender(engine: LocalEngine, call: SmallCall) -> Callable[[], None]:
    """Sends `call` as the person and reads the answer; RuntimeError when it is an error."""
    headers = signed_headers(engine, call)
    connection = http.client.HTTPConnection("127.0.0.1", engine.port)

    def send() -> None:
        connection.request("POST", "/", call.body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{call.service} answered {answer.status}: {content.decode(errors='replace')}")

    return send


def bare_call(engine: LocalEngine) -> tuple[float, str]:
    """Milliseconds of the smallest call, and what it is: the measure of other round trips."""
    return median_milliseconds(sender(engine, GET_CALLER_IDENTITY), _TIMES), "GetCallerIdentity"
