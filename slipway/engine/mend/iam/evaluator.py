"""Where a service of MiniStack's asks its own evaluator, ours answers.

What a request may is decided before MiniStack sees it; its services ask once more for some resources, without the
condition keys of the request. Of an API of API Gateway without authorization only the API's own policy decides.

docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.iam.records import text
from slipway.engine.policy import Policies, Principal, Request, Source, compiled, evaluate
from slipway.engine.policy.principals import Kind

_EVALUATOR = "core.iam_evaluator"


def apply() -> None:
    """Put our functions in MiniStack's places."""
    adapter.replace(_EVALUATOR, "resource_policy_allows", _already_decided)
    adapter.replace(_EVALUATOR, "evaluate_resource_policy", _evaluated_here)


def _already_decided(_: Callable[..., bool]) -> Callable[..., bool]:
    def allows(*_arguments: Any) -> bool:
        return True

    return allows


def _evaluated_here(_: Callable[..., Any]) -> Callable[..., Any]:
    def evaluated(document: Any, context: Any, **_options: Any) -> Any:
        """What a resource's policy says of somebody whom nobody has identified."""
        policy, result = text(document), adapter.part(_EVALUATOR).EvalResult
        if policy is None:
            return result("ImplicitDeny")
        keys = {"aws:sourceip": context.source_ip, "aws:securetransport": "true"}
        request = Request(Principal(Kind.ANONYMOUS), context.action, context.resource_arn, keys)
        decision = evaluate(request, Policies(resource=Source("", compiled(policy))))
        return result(decision.effect, matched_sid=decision.statement)

    return evaluated
