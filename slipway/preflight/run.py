"""All checks, side by side: on AWS each waits for answers, and a person waits for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from slipway.preflight import access, account, cost, form, quotas, region, sizes
from slipway.preflight.finding import SECONDS, Finding, Launch, late
from slipway.preflight.together import together

Check = Callable[[Launch], Iterator[Finding]]

# By the name that the lines of each begin with.
CHECKS: Mapping[str, Check] = {
    "identity": account.identity,
    "stack": account.stack,
    "names": sizes.names,
    "parameters": form.parameters,
    "configuration": sizes.configuration,
    "templates": sizes.templates,
    "seed": sizes.code,
    "resource types": region.types,
    "source": region.source,
    "instances": quotas.instances,
    "builds": quotas.builds,
    "Lambda concurrency": account.concurrency,
    "service-linked role": account.linked_role,
    "API Gateway log role": account.log_role,
    "bucket": access.bucket,
    "image registry": access.registry,
    "cost": cost.cost,
}


def run(asked: Launch, seconds: float = SECONDS) -> list[Finding]:
    """What every check found, in the order of `CHECKS`; unknown is what did not answer in that time."""
    answers = together([partial(_found, check, asked) for check in CHECKS.values()], seconds)
    named = zip(CHECKS, answers, strict=True)
    return [finding for name, found in named for finding in (found if found is not None else [late(name, seconds)])]


def _found(check: Check, asked: Launch) -> list[Finding]:
    return list(check(asked))
