"""An engine of its own, and Glue as the light tests have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.conftest import start
from tests.engine.services.glue.conftest import Glue
from tests.environments import share


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One engine for these tests."""
    started = start(tmp_path_factory.mktemp("glue") / ".slipway")
    share(started.home)
    yield started
    started.engine.stop()


@pytest.fixture(scope="session")
def glue(engine: Any) -> Glue:
    """Jobs whose scripts are in a bucket."""
    return Glue(engine)
