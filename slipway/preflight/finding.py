"""What a check found, and what it may ask of an account without failing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from slipway.preflight.settings import Settings
from slipway.target import Target


class Status(StrEnum):
    """How it stands; `unknown` is what could not be looked at, and is never taken for `ok`."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it stands, and what to do about it when it is not as it should be."""

    check: str
    status: Status
    text: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """For machines."""
        found = {"check": self.check, "status": self.status.value, "text": self.text}
        return {**found, **({"remedy": self.remedy} if self.remedy else {})}


@dataclass(frozen=True)
class Launch:
    """What is to be launched, and where."""

    target: Target
    stack: str
    settings: Settings
    parameters: Mapping[str, str]


def ok(check: str, text: str) -> Finding:
    """It is as it should be."""
    return Finding(check, Status.OK, text)


def failed(check: str, text: str, remedy: str) -> Finding:
    """A launch, or the first run, would fail by it."""
    return Finding(check, Status.FAILED, text, remedy)


def unknown(check: str, text: str, remedy: str) -> Finding:
    """It could not be looked at."""
    return Finding(check, Status.UNKNOWN, text, remedy)


_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized")
_NOT_SERVED = ("UnsupportedService", "UnsupportedOperation")


def not_looked(check: str, asked: str, error: Exception) -> Finding:
    """Why a read call did not answer: a right that is missing, an engine that does not serve it, no way there."""
    if not isinstance(error, ClientError):
        return unknown(check, f"{asked} did not answer: {error}", "see that this machine reaches AWS, and run it again")
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _NOT_SERVED:
        return unknown(check, f"{asked}: the local engine does not serve it", "run it with --aws for an answer")
    if code in _DENIED:
        return unknown(check, f"{asked} is not allowed: {message}", f"allow {asked} to whoever launches")
    return unknown(check, f"{asked} was refused: {code}: {message}", "look at it in the console of that service")


Unanswered = (ClientError, BotoCoreError)


def code_of(error: ClientError) -> str:
    """AWS's code."""
    return str(error.response["Error"]["Code"])
