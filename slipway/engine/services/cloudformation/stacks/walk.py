"""The dependency graph, in parallel: whatever needs nothing that is still to come is worked on.

An operation has workers of its own. A nested stack's operation, which its parent's worker waits for, has others: so
stacks within stacks cannot wait for each other's last thread.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event

from slipway.engine.resource import ResourceFailed

_WORKERS = 16


def walk(
    needs: Mapping[str, Collection[str]], work: Callable[[str], None], stop: Event, *, to_the_end: bool
) -> dict[str, ResourceFailed]:
    """Do `work` for every name after those that it needs; the failures by name.

    After a failure nothing new begins; with `to_the_end`, everything that does not need what failed. Nothing begins
    once `stop` is set.
    """
    waiting = {name: {other for other in others if other in needs and other != name} for name, others in needs.items()}
    failed: dict[str, ResourceFailed] = {}
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max_workers=min(_WORKERS, len(needs)) or 1, thread_name_prefix="stack") as workers:
        while True:
            may_begin = not stop.is_set() and (to_the_end or not failed)
            for name in [name for name, others in waiting.items() if not others] if may_begin else ():
                del waiting[name]
                running[workers.submit(contextvars.copy_context().run, work, name)] = name
            if not running:
                return failed
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                failure = _failure(future)
                if failure is not None:
                    failed[name] = failure
                    continue
                for others in waiting.values():
                    others.discard(name)


def _failure(future: Future[None]) -> ResourceFailed | None:
    """Why a resource failed; anything else than that is a fault of the engine's, and raised."""
    error = future.exception()
    if error is None or isinstance(error, ResourceFailed):
        return error
    raise error


def reversed_needs(needs: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Who has to be gone before whom: everything that needs a resource before that resource."""
    found: dict[str, list[str]] = {name: [] for name in needs}
    for name, others in needs.items():
        for other in others:
            if other in found:
                found[other].append(name)
    return found
