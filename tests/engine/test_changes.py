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


def test_whoever_waits_for_a_change_is_woken_by_the_first() -> None:
    changes = Changes()
    threading.Timer(0.05, changes.note, ["sqs"]).start()
    began = time.monotonic()
    assert changes.take(600) == {"sqs"}
    assert time.monotonic() - began < 300


def test_a_change_is_saved_when_its_service_or_everything_was() -> None:
    changes = Changes()
    changes.note("sqs")
    changes.note("sns")
    changes.saved("sqs", changes.count())
    assert changes.wait_until_saved("sqs", 0)
    assert not changes.wait_until_saved("sns", 0)
    changes.saved(EVERYTHING, changes.count())
    assert changes.wait_until_saved("sns", 0)


def test_a_change_that_came_while_saving_is_not_saved() -> None:
    changes = Changes()
    changes.note("sqs")
    before = changes.count()
    changes.note("sqs")
    changes.saved("sqs", before)
    assert not changes.wait_until_saved("sqs", 0)
