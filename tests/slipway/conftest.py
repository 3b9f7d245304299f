from __future__ import annotations

from collections.abc import Iterator

import pytest

from slipway import follow, inbox, stackevents
from tests.slipway.stubs import Aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Stubbed AWS behind a local engine; what was queued must have been asked for."""
    monkeypatch.setattr(stackevents, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(inbox, "POLL_SECONDS", 0.0)
    made = Aws()
    yield made
    made.done()
