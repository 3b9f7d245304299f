"""Questions that are asked at once, and an end to waiting for their answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from multiprocessing import TimeoutError as NotYet
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import TypeVar

_T = TypeVar("_T")


def together(asked: Sequence[Callable[[], _T]], seconds: float) -> list[_T | None]:
    """What each gives, in order; None for what takes longer, which nobody waits for any more.

    This pool's threads are daemons: those of concurrent.futures are waited for when the program ends.
    """
    pool = ThreadPool(len(asked))
    end = time.monotonic() + seconds
    return [_until(answer, end) for answer in [pool.apply_async(one) for one in asked]]


def _until(answer: AsyncResult[_T], end: float) -> _T | None:
    try:
        return answer.get(max(0.0, end - time.monotonic()))
    except NotYet:
        return None
