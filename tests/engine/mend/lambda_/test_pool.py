"""Execution environments that are kept, and those that are ended."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from slipway.engine.mend.lambda_ import pool

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html")


class Kept:
    """An environment without a process."""

    usable = True

    def __init__(self, engine: Any, function: Any, caller: Any) -> None:
        self.function, self.caller, self.fingerprint = function, caller, function.fingerprint
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The functions that there are."""
    monkeypatch.setattr(pool, "Environment", Kept)
    return {"predict"}


def made(names: set[str]) -> pool.Pool:
    engine: Any = SimpleNamespace(spawn=lambda name, work: None, stopping=threading.Event())
    return pool.Pool(engine, names.__contains__)


FUNCTION: Any = SimpleNamespace(key="predict:$LATEST", fingerprint="1")
CALLER: Any = object()


def test_an_environment_is_used_again(names: set[str]) -> None:
    kept = made(names)
    first, fresh = kept.take(FUNCTION, CALLER)
    kept.give_back(first)
    assert (fresh, kept.take(FUNCTION, CALLER)) == (True, (first, False))


def test_the_environment_of_a_function_that_is_deleted_meanwhile_ends(names: set[str]) -> None:
    kept = made(names)
    environment: Any = kept.take(FUNCTION, CALLER)[0]
    kept.forget("predict")
    kept.give_back(environment)
    assert environment.closed


def test_the_environment_of_a_function_that_was_deleted_before_it_was_asked_for_ends(names: set[str]) -> None:
    kept = made(names)
    names.clear()
    kept.forget("predict")
    environment: Any = kept.take(FUNCTION, CALLER)[0]
    kept.give_back(environment)
    assert environment.closed
