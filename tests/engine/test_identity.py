"""Through whom a call comes: what a caller says of it, the first step reads, and nobody else can."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest

from slipway.engine import identity
from slipway.engine.caller import VIA_HEADER, Caller
from slipway.engine.credentials import Credentials
from slipway.engine.wire import WireRequest

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html")
SERVICES = ("cloudformation.amazonaws.com", "s3.amazonaws.com")


@pytest.fixture
def engine() -> Any:
    stopping = threading.Event()
    stopping.set()
    return SimpleNamespace(forwarding_secret="ours", region="us-east-1", url="http://127.0.0.1:1", stopping=stopping)


def header_of(caller: Caller) -> str:
    """What a client of the caller sends; its request is stopped before it leaves."""
    sent: list[str] = []

    def stop(request: AWSRequest, **_: Any) -> Any:
        sent.append(str(request.headers.get(VIA_HEADER, b""), "ascii"))
        raise InterruptedError

    client = caller.client("sqs")
    client.meta.events.register("before-send", stop)
    with pytest.raises(InterruptedError):
        client.list_queues()
    return sent[0]


def test_a_call_on_somebody_s_behalf_names_the_services_in_their_order(engine: Any) -> None:
    caller = Caller(engine, "arn", Credentials("AKIA", "secret"))
    for service in SERVICES:
        caller = caller.on_behalf(service)
    request = WireRequest("POST", "/", {}, {VIA_HEADER: header_of(caller)}, b"")
    assert identity.via(engine, request) == SERVICES
    assert caller.on_behalf(SERVICES[-1]) is caller
    assert caller.forwarded() == {
        "aws:CalledVia": list(SERVICES),
        "aws:CalledViaFirst": SERVICES[0],
        "aws:CalledViaLast": SERVICES[-1],
        "aws:ViaAWSService": "true",
    }


def test_a_call_of_one_s_own_names_none(engine: Any) -> None:
    assert header_of(Caller(engine, "arn", Credentials("AKIA", "secret"))) == ""


@pytest.mark.parametrize("header", ["", "theirs a.amazonaws.com", "a.amazonaws.com"])
def test_who_does_not_know_the_secret_names_none(engine: Any, header: str) -> None:
    assert identity.via(engine, WireRequest("POST", "/", {}, {VIA_HEADER: header}, b"")) == ()
