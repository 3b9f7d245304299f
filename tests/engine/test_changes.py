from __future__ import annotations

import threading
import time

from slipway.engine.changes import EVERYTHING, Changes


def test_what_was_noted_is_taken_once() -> None:
    changes = Changes()
    changes.note("sqs")
    changes.note("sqs")
    changes.note()
    assert changes.take(0) == {"sqs", EVERYTHING}
    assert changes.take(0) == set()


def test_whoever_waits_is_woken_by_the_first_change() -> None:
    changes = Changes()
    threading.Timer(0.05, changes.note, ["sqs"]).start()
    began = time.monotonic()
    assert changes.take(10) == {"sqs"}
    assert time.monotonic() - began < 5
