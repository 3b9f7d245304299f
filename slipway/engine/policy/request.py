"""What is asked: the request context that policies are held against.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slipway.engine.policy.principals import Principal

# Condition keys are not case-sensitive: here they are in lower case. A sequence is a multivalued key.
Keys = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Request:
    """One action on one resource by one principal, with the condition keys of the request context."""

    principal: Principal
    action: str
    resource: str
    keys: Keys
