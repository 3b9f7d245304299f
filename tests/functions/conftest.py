"""Loads a function as Lambda does: its handler alone, with its environment set, and clients that answer as told."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"
Load = Callable[..., ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """`load("drop", PIPELINE="shop")` is that function, which can reach no AWS; what a test replaces comes back."""

    def _load(name: str, **environment: str) -> ModuleType:
        credentials = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
        for variable, value in {**credentials, **region, **environment}.items():
            monkeypatch.setenv(variable, value)
        return _execute(name)

    return _load


# A function makes its clients when it is loaded, which takes longer than most tests.
@cache
def _execute(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"function_{name}", FUNCTIONS / name / "handler.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up.
    sys.modules[spec.name] = module
    # Lambda has the function's folder on its path, so that a handler finds the modules beside it.
    sys.path.insert(0, str(FUNCTIONS / name))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FUNCTIONS / name))
    return module
