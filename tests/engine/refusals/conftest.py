"""What every attempt stands on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.refusals.attempt import World


@pytest.fixture(scope="session")
def world(engine: Any) -> World:
    """The engine, with a role, a bucket, a queue and a topic that requests may refer to."""
    return World(engine)
