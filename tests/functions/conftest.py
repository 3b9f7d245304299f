"""Loads a function as Lambda does: its handler alone, with its environment set, and clients that answer as told."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from botocore.stub import Stubber

FUNCTIONS = Path(__file__).parents[2] / "functions"
COLUMNS = [
    {"name": "customer_id", "type": "id"},
    {"name": "plan", "type": "category"},
    {"name": "minutes", "type": "number"},
    {"name": "calls", "type": "number"},
]
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


@pytest.fixture(scope="module")
def predict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The function predict as Build packages it: its modules and the data set's columns in one folder."""
    folder = tmp_path_factory.mktemp("predict")
    shutil.copytree(FUNCTIONS / "predict", folder, dirs_exist_ok=True)
    (folder / "columns.json").write_text(json.dumps(COLUMNS))
    environment = pytest.MonkeyPatch()
    environment.setenv("ENDPOINT_NAME", "shop-test")
    environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    environment.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    environment.syspath_prepend(folder)
    spec = importlib.util.spec_from_file_location("predict_handler", folder / "handler.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    environment.undo()
    for name in ("asynchronous", "exchange", "failures", "refusal", "versions"):
        del sys.modules[name]


@pytest.fixture
def endpoint(predict: ModuleType) -> Iterator[Stubber]:
    """The endpoint's side of the function's client."""
    with Stubber(predict.CLIENT) as stubber:
        yield stubber
