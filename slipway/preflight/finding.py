"""What a check found, and what it may ask of an account without failing itself."""

from __future__ import annotations

import json
import re
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


DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "403")
_AGAIN = ("Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown", "RequestLimitExceeded", "429")
# A user by the last part of its path, an assumed role by its own name and not its session's. Roles of IAM Identity
# Center are changed only there.
_PRINCIPAL = re.compile(
    r"User: arn:[\w-]+:(?:iam::\d+:user/(?:[^\s/]+/)*(?P<user>[\w+=,.@-]+)"
    r"|sts::\d+:assumed-role/(?!AWSReservedSSO_)(?P<role>[\w+=,.@-]+)/)"
)
# A person is answered within twenty; the rest is the start of the program, on a busy machine too.
SECONDS = 15.0
_NOT_SERVED = ("UnsupportedService", "UnsupportedOperation")


def late(check: str, seconds: float) -> Finding:
    """Nobody waits for it any more."""
    return unknown(check, f"no answer within {seconds:g} seconds", "run it again: AWS is slow, or throttles you")


def not_looked(check: str, asked: str, error: Exception, *actions: str) -> Finding:
    """Why a read call did not answer: a right that is missing, an engine that does not serve it, no way there.

    `asked` is the call; `actions` are IAM's names of what it takes, where they are others.
    """
    if not isinstance(error, ClientError):
        return unknown(check, f"{asked} did not answer: {error}", "see that this machine reaches AWS, and run it again")
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _NOT_SERVED:
        return unknown(check, f"{asked}: the local engine does not serve it", "run it with --aws for an answer")
    if code in DENIED:
        return unknown(check, f"{asked} is not allowed: {message}", allow(message, *(actions or (asked,))))
    if code in _AGAIN:
        return unknown(check, f"{asked} was refused: {code}: {message}", "run it again in a minute")
    return unknown(check, f"{asked} was refused: {code}: {message}", "look at it in the console of that service")


def allow(refusal: str, *actions: str) -> str:
    """How somebody who may allow these actions does it, to whom AWS's refusal names where it names anybody.

    docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = f"--policy-name slipway-{actions[0].replace(':', '-')} --policy-document '{document}'"
    found = _PRINCIPAL.search(refusal)
    if found is None:
        command = f"`aws iam create-policy {policy}`, attached to whoever launches"
    else:
        kind = "user" if found["user"] else "role"
        command = f"`aws iam put-{kind}-policy --{kind}-name {found[kind]} {policy}`"
    return f"have {', '.join(actions)} allowed: {command}"


Unanswered = (ClientError, BotoCoreError)


def code_of(error: ClientError) -> str:
    """AWS's code."""
    return str(error.response["Error"]["Code"])
