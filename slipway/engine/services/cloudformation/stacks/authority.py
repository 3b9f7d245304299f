"""Under whose rights a stack operation acts.

With a `RoleARN`, under a session of that role, also in later operations of the stack that name none; without, under
the rights of whoever asked.
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from __future__ import annotations

from dataclasses import dataclass

from slipway.engine.caller import Caller
from slipway.engine.errors import AccessDenied
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import PRINCIPAL

_SESSION = "AWSCloudFormation"


@dataclass(frozen=True)
class Authority:
    """Who asked, and the role that acts for them, if any."""

    requester: Caller
    role_arn: str = ""

    def caller(self) -> Caller:
        """The identity that makes the calls; asked anew each time, since a role's session may expire meanwhile."""
        if not self.role_arn:
            return self.requester
        return self.requester.engine.as_role(self.role_arn, PRINCIPAL, _SESSION)

    def checked(self) -> Authority:
        """The same; TemplateError when its role cannot be assumed."""
        try:
            self.caller()
        except AccessDenied as error:
            raise TemplateError(f"Role {self.role_arn} is invalid or cannot be assumed") from error
        return self
