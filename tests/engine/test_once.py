from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from slipway.engine.once import once


def test_threads_that_come_at_once_get_the_same() -> None:
    begins = threading.Barrier(8)

    @once
    def made(_name: str) -> object:
        time.sleep(0.01)
        return object()

    def get(_: int) -> object:
        begins.wait()
        return made("one")

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(get, range(8)))) == 1
    assert made("another") is not made("one")
