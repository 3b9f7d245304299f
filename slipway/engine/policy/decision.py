"""What was decided, by which policy, and how AWS says so.

docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from dataclasses import dataclass

ALLOW, DENY, IMPLICIT_DENY = "Allow", "Deny", "ImplicitDeny"

IDENTITY = "identity-based policy"
RESOURCE = "resource-based policy"
TRUST = "role trust policy"
BOUNDARY = "permissions boundary"
SESSION = "session policy"
OWN = "the service's own"  # what AWS's services do on their own account, outside any policy of the customer's

UNASKED = "no policy is asked"


@dataclass(frozen=True)
class Decision:
    """`kind` is the kind of policy that decided, `policy` and `statement` which of them; empty when none did."""

    effect: str
    kind: str
    policy: str = ""
    statement: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the request goes on."""
        return self.effect == ALLOW

    def because(self, action: str) -> str:
        """AWS's half sentence for a refusal."""
        if self.effect == DENY:
            article = "an" if self.kind[0] in "aeiou" else "a"
            return f"with an explicit deny in {article} {self.kind}"
        return f"because no {self.kind} allows the {action} action"
