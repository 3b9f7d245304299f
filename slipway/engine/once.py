"""One of a kind for an engine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


def once(make: Callable[_P, _T]) -> Callable[_P, _T]:
    """`make`, called once for the same arguments; `functools.cache` calls it once for each of several threads."""
    lock = threading.Lock()
    made: dict[object, _T] = {}

    @wraps(make)
    def got(*arguments: _P.args, **named: _P.kwargs) -> _T:
        key = (arguments, tuple(named.items()))
        with lock:
            if key not in made:
                made[key] = make(*arguments, **named)
            return made[key]

    return got
