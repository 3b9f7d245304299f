"""How often a call is made by whom."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest, AWSResponse

from slipway.engine import retrying
from slipway.engine.caller import Caller
from slipway.engine.credentials import Credentials

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html")

BUSY = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'


def caller(principal: str) -> Caller:
    engine: Any = SimpleNamespace(region="us-east-1", url="http://127.0.0.1:1", stopping=threading.Event())
    return Caller(engine, "arn", Credentials("AKIA", "secret"), attempts=retrying.attempts(principal))


def tries(who: Caller, monkeypatch: pytest.MonkeyPatch, answer: Any = None) -> int:
    """How often a call is made that is throttled each time."""
    sent: list[AWSRequest] = []
    monkeypatch.setattr("time.sleep", lambda _: None)

    def busy(request: AWSRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        if answer is not None:
            raise answer
        return AWSResponse(request.url, 400, {}, SimpleNamespace(stream=lambda **_: iter([BUSY])))

    client = who.client("ssm")
    client.meta.events.register("before-send", busy)
    with pytest.raises((client.exceptions.ClientError, OSError)):
        client.describe_parameters()
    return len(sent)


@pytest.mark.parametrize("service", ["cloudformation", "codebuild", "codepipeline", "lambda", "sagemaker"])
def test_a_service_makes_a_throttled_call_again(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries(caller(f"{service}.amazonaws.com"), monkeypatch) == 5


@pytest.mark.parametrize("service", ["apigateway", "events", "s3", "sns", "states"])
def test_one_that_says_how_it_goes_on_makes_it_once(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries(caller(f"{service}.amazonaws.com"), monkeypatch) == 1


def test_what_is_asked_until_it_is_told_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = caller("states.amazonaws.com")
    assert tries(machine.patient(), monkeypatch) == 5
    assert caller("codepipeline.amazonaws.com").patient().attempts == retrying.PATIENT


def test_nobody_is_asked_again_by_an_engine_that_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    service = caller("codepipeline.amazonaws.com")
    service.engine.stopping.set()
    assert tries(service, monkeypatch, ConnectionResetError()) == 1
