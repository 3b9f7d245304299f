"""Under whose rights a stack operation acts.

With a `RoleARN`, under a session of that role, also in later operations of the stack that name none; without, under
the rights of whoever asked.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from slipway.engine.caller import Caller
from slipway.engine.engine import current

SERVICE = "cloudformation.amazonaws.com"
_SESSION = "AWSCloudFormation"


@dataclass(frozen=True)
class Authority:
    """Who asked, and the role that acts for them, if any."""

    requester: Caller
    role_arn: str = ""

    def caller(self) -> Caller:
        """The identity that makes the calls; asked anew each time, since a role's session may expire meanwhile."""
        if self.role_arn:
            return current().as_role(self.role_arn, SERVICE, _SESSION)
        return self.requester


# Set around an API action; the background task of the operation copies the context when it is scheduled.
_authority: contextvars.ContextVar[Authority] = contextvars.ContextVar("slipway_stack_authority")


def authority() -> Authority:
    """The authority of the stack operation that is running."""
    return _authority.get()


def acting() -> Caller:
    """The identity that makes the calls of the stack operation that is running."""
    return authority().caller()


@contextmanager
def under(granted: Authority) -> Iterator[None]:
    """Run an API action, and the operation that it starts, under `granted`."""
    token = _authority.set(granted)
    try:
        yield
    finally:
        _authority.reset(token)
