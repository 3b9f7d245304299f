"""Deliveries: retried, given up, and taken up again by the next engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.engine.clock import Clock
from slipway.engine.deliveries import GivenUp, Kind, doubling, failure_of
from slipway.engine.engine import Engine
from slipway.engine.errors import AccessDenied
from tests.engine.mend.account import eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html")


def error(code: str, status: int) -> ClientError:
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Operation")  # type: ignore[arg-type]


class Target:
    """A target that answers with one of `answers` after the other, and then takes what comes."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.calls: list[Any] = []
        self.given_up: list[GivenUp] = []

    def send(self, _: Engine, record: dict[str, Any]) -> None:
        self.calls.append(record)
        if self.answers:
            raise self.answers.pop(0)

    def give_up(self, _: Engine, record: dict[str, Any], given_up: GivenUp) -> None:
        assert record
        self.given_up.append(given_up)

    @property
    def kind(self) -> Kind:
        return Kind(self.send, self.give_up, doubling(4))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Engine(tmp_path, 1, "us-east-1", Clock(1000))
    yield made
    made.stopping.set()
    made.close()


def waiting(engine: Engine) -> int:
    return len(engine.store("deliveries").table("waiting"))


@pytest.mark.parametrize(
    ("code", "status", "kind", "retried"),
    [
        pytest.param("AccessDeniedException", 403, "NO_PERMISSIONS", False, id="permission"),
        pytest.param("PipelineNotFoundException", 400, "NO_RESOURCE", False, id="target"),
        pytest.param("ThrottlingException", 400, "THROTTLING", True, id="throttled"),
        pytest.param("InternalFailure", 500, "INTERNAL_ERROR", True, id="fault"),
        pytest.param("ValidationException", 400, "SDK_CLIENT_ERROR", False, id="request"),
        pytest.param("UnsupportedOperation", 501, "SDK_CLIENT_ERROR", False, id="not executed here"),
    ],
)
def test_only_what_can_pass_is_tried_again(code: str, status: int, kind: str, retried: bool) -> None:
    failure = failure_of(error(code, status))
    assert (failure.code, failure.retried) == (kind, retried)


def test_what_was_throttled_is_tried_until_it_is_taken(engine: Engine) -> None:
    target = Target(error("ThrottlingException", 400), error("ServiceUnavailable", 503))
    engine.deliveries.declare("k", target.kind)
    engine.deliveries.put("k", {"a": 1}, retries=5, seconds=3600)
    eventually(lambda: len(target.calls) == 3 and waiting(engine) == 0)
    assert target.given_up == []


def test_a_delivery_that_is_not_allowed_is_given_up_at_once(engine: Engine) -> None:
    target = Target(AccessDenied("events.amazonaws.com", "sqs:SendMessage", "arn"))
    engine.deliveries.declare("k", target.kind)
    engine.deliveries.put("k", {"a": 1}, retries=5, seconds=3600)
    (letter,) = eventually(lambda: target.given_up)
    assert (letter.failure.code, letter.retries, letter.exhausted) == ("NO_PERMISSIONS", 0, "")


@pytest.mark.parametrize(("retries", "seconds", "limit"), [(2, 3600, "MaximumRetryAttempts"), (9, 2, "MaximumEvent")])
def test_a_delivery_that_runs_into_its_limit_says_which(
    engine: Engine, retries: int, seconds: float, limit: str
) -> None:
    target = Target(*[error("ThrottlingException", 400)] * 20)
    engine.deliveries.declare("k", target.kind)
    engine.deliveries.put("k", {"a": 1}, retries=retries, seconds=seconds)
    (letter,) = eventually(lambda: target.given_up)
    assert letter.exhausted.startswith(limit)
    assert letter.retries <= retries


def test_a_fault_of_ours_ends_the_delivery_and_not_the_others(engine: Engine) -> None:
    target = Target(RuntimeError("boom"))
    engine.deliveries.declare("k", target.kind)
    engine.deliveries.put("k", {"a": 1}, retries=5, seconds=3600)
    (letter,) = eventually(lambda: target.given_up)
    assert letter.failure.message == "RuntimeError: boom"
    engine.deliveries.put("k", {"a": 2}, retries=5, seconds=3600)
    eventually(lambda: len(target.calls) == 2)


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html")
def test_a_delivery_that_waits_survives_the_engine(tmp_path: Path) -> None:
    first, busy = Engine(tmp_path, 1, "us-east-1", Clock(1)), Target(*[error("ThrottlingException", 400)] * 9)
    first.deliveries.declare("k", Kind(busy.send, busy.give_up, doubling(60)))
    first.deliveries.put("k", {"a": 1}, retries=5, seconds=3600)
    eventually(lambda: busy.calls)
    first.stopping.set()
    second, free = Engine(tmp_path, 1, "us-east-1", Clock(1)), Target()
    second.deliveries.declare("k", free.kind)
    second.deliveries.resume()
    eventually(lambda: free.calls == [{"a": 1}])
    second.stopping.set()


def test_a_delivery_that_fails_while_the_engine_ends_is_kept(engine: Engine) -> None:
    called = threading.Event()

    def send(engine: Engine, _: dict[str, Any]) -> None:
        engine.stopping.set()
        called.set()
        raise error("NotFound", 404)

    target = Target()
    engine.deliveries.declare("k", Kind(send, target.give_up, doubling(4)))
    engine.deliveries.put("k", {"a": 1}, retries=5, seconds=3600)
    assert called.wait(60)
    assert waiting(engine) == 1
    assert target.given_up == []


def test_a_fault_in_giving_up_is_logged_and_the_delivery_kept(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    def give_up(_: Engine, record: dict[str, Any], given_up: GivenUp) -> None:
        raise RuntimeError(f"no letter for {record}: {given_up.failure.code}")

    target = Target(error("NotFound", 404))
    engine.deliveries.declare("k", Kind(target.send, give_up, doubling(4)))
    engine.deliveries.put("k", {"a": 1}, retries=5, seconds=3600)
    assert eventually(lambda: "no letter for {'a': 1}: NO_RESOURCE" in caplog.text)
    assert waiting(engine) == 1
