"""What the foreign bundles' tests share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.foreign.support import Stranger


@pytest.fixture
def stranger(engine: Any) -> Stranger:
    """Someone whose bundle the engine has never seen."""
    return Stranger(engine)
