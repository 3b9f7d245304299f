"""What AWS's services deliver on their own account: events, notifications, log batches; with retries, and durable.

A delivery is on disk before the call that caused it is answered, and stays there until its target took it or it was
given up. An engine that was killed meanwhile takes it up again, so a delivery can reach its target twice: all of them
are "at least once" on AWS.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AccessDenied
from slipway.engine.schedule import Schedule

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

Record = dict[str, Any]

_WORKERS = 32
_REFUSED_HERE = ("UnsupportedOperation", "UnsupportedService")
_RETRIED = ("Throttl", "TooManyRequests", "LimitExceeded", "ServiceUnavailable", "InternalError", "InternalFailure")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """Why a delivery failed, in EventBridge's words for it."""

    code: str
    message: str
    retried: bool


@dataclass(frozen=True)
class GivenUp:
    """A delivery that ended without success; `exhausted` names the limit that it ran into, if there was one."""

    failure: Failure
    retries: int
    exhausted: str


@dataclass(frozen=True)
class Kind:
    """How deliveries of one kind are made.

    `send` makes the call and raises what it raises; `give_up` takes what could not be delivered; `pause` gives the
    seconds of AWS's time before a retry, by how many there were.
    """

    send: Callable[[Engine, Record], None]
    give_up: Callable[[Engine, Record, GivenUp], None]
    pause: Callable[[int], float]


class Deliveries:
    """The engine's deliveries, waiting and under way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kinds: dict[str, Kind] = {}
        self._table = engine.store("deliveries").table("waiting")
        self._schedule = Schedule(engine, "deliveries", self._deliver, _WORKERS)
        self._left_behind = list(self._table.items())

    def declare(self, name: str, kind: Kind) -> None:
        """Say how deliveries of a kind are made."""
        self._kinds[name] = kind

    def put(self, kind: str, record: Record, *, retries: int, seconds: float) -> None:
        """Deliver `record`, with so many retries at most and in so many seconds of AWS's time."""
        key = str(uuid.uuid4())
        until = time.time() + self._engine.clock.real(seconds)
        self._table[key] = {"kind": kind, "record": record, "retried": 0, "retries": retries, "until": until, "due": 0}
        self._schedule.put(key)

    def resume(self) -> None:
        """Take up what an engine before this one left behind."""
        left_behind, self._left_behind = self._left_behind, []
        for key, entry in left_behind:
            self._schedule.put(key, entry["due"])

    def _deliver(self, key: str) -> None:
        entry = self._table[key]
        kind, record, retried = self._kinds[entry["kind"]], entry["record"], entry["retried"]
        failure = self._attempt(kind, record)
        if failure is not None and self._engine.stopping.is_set():
            return  # the target may be gone already; the next engine takes it up
        if failure is not None:
            pause = self._engine.clock.real(kind.pause(retried))
            exhausted = _exhausted(entry, time.time() + pause)
            if failure.retried and not exhausted:
                due = time.time() + pause
                self._table[key] = {**entry, "retried": retried + 1, "due": due}
                self._schedule.put(key, due)
                return
            given_up = GivenUp(failure, retried, exhausted if failure.retried else "")
            kind.give_up(self._engine, record, given_up)
        del self._table[key]

    def _attempt(self, kind: Kind, record: Record) -> Failure | None:
        """One call of the target; None when it was taken."""
        try:
            kind.send(self._engine, record)
        except AccessDenied as error:
            return Failure("NO_PERMISSIONS", error.message, retried=False)
        except ClientError as error:
            return failure_of(error)
        except (BotoCoreError, ValueError) as error:
            return Failure("SDK_CLIENT_ERROR", str(error), retried=False)
        except Exception as error:
            # The edge of a thread: a fault of ours must neither lose the delivery in silence nor repeat it for ever.
            logger.exception("a delivery failed: %s", record)
            return Failure("INTERNAL_ERROR", f"{type(error).__name__}: {error}", retried=False)
        return None


def _exhausted(entry: Record, next_attempt: float) -> str:
    if entry["retried"] >= entry["retries"]:
        return "MaximumRetryAttempts"
    return "MaximumEventAgeInSeconds" if next_attempt > entry["until"] else ""


def failure_of(error: ClientError) -> Failure:
    """Missing permissions and missing targets are not tried again; throttling and the target's own faults are."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if "AccessDenied" in code or status == 403:
        return Failure("NO_PERMISSIONS", message, retried=False)
    if "NotFound" in code or "NonExistent" in code or "DoesNotExist" in code:
        return Failure("NO_RESOURCE", message, retried=False)
    if code in _REFUSED_HERE:
        return Failure("SDK_CLIENT_ERROR", message, retried=False)
    if status >= 500 or status == 429 or any(word in code for word in _RETRIED):
        return Failure("THROTTLING" if status < 500 else "INTERNAL_ERROR", message, retried=True)
    return Failure("SDK_CLIENT_ERROR", f"{code}: {message}", retried=False)


def doubling(longest: float) -> Callable[[int], float]:
    """Pauses that double from one second to `longest`."""
    return lambda retries: min(2.0 ** min(retries, 30), longest)


def queue_url(engine: Engine, arn: str) -> str:
    """The URL at which the engine serves a queue."""
    account, name = arn.split(":")[4:6]
    return f"{engine.url}/{account}/{name}"
