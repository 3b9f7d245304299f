"""Under whose rights a stack operation acts.

With a `RoleARN`, under a session of that role, also in later operations of the stack that name none; without, under
the rights of whoever asked, through CloudFormation (`aws:CalledVia`).
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
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
    """Who asked, calling through CloudFormation, and the role that acts for them, if any."""

    requester: Caller
    role_arn: str = ""

    @classmethod
    def of(cls, asked_by: Caller, role_arn: str) -> Authority:
        """Of a request; TemplateError when its role cannot be assumed."""
        authority = cls(asked_by.on_behalf(PRINCIPAL), role_arn)
        try:
            authority.caller()
        except AccessDenied as error:
            raise TemplateError(f"Role {role_arn} is invalid or cannot be assumed") from error
        return authority

    def caller(self) -> Caller:
        """The identity that makes the calls; asked anew each time, since a role's session may expire meanwhile."""
        if not self.role_arn:
            return self.requester
        return self.requester.engine.as_role(self.role_arn, PRINCIPAL, _SESSION)
