"""All checks, side by side: on AWS each waits for answers, and a person waits for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from slipway.preflight import access, account, cost, quotas, region, sizes
from slipway.preflight.finding import Finding, Launch

CHECKS: tuple[Callable[[Launch], Iterator[Finding]], ...] = (
    account.identity,
    account.stack,
    sizes.names,
    sizes.templates,
    sizes.code,
    region.types,
    region.source,
    quotas.instances,
    quotas.builds,
    account.concurrency,
    account.linked_role,
    account.log_role,
    access.bucket,
    access.registry,
    cost.cost,
)


def run(asked: Launch) -> list[Finding]:
    """What every check found, in the order of `CHECKS`."""
    with ThreadPoolExecutor(len(CHECKS)) as threads:
        return list(chain.from_iterable(threads.map(lambda check: list(check(asked)), CHECKS)))
