"""What `slipway automl` ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipway.api import Api
from slipway.service.answer import Service
from tests.slipway.stubs import Aws


@pytest.mark.parametrize(("key", "told"), [("", True), ("k", False)], ids=["signed", "by a key"])
def test_a_signed_call_says_what_the_shell_needs_first(
    key: str, told: bool, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = aws.install()
    found = Api(install, "http://127.0.0.1:1/predictions", key)
    monkeypatch.setattr(Service, "api", property(lambda _: found))
    outcome = {"metric": "f1", "metrics": {"f1": 0.5}}
    text = Service(install, "1b28d30d", "test", outcome, Path("report.html"), {"age": 41}).text()
    assert ('after eval "$(slipway env)" in the shell' in text) is told
