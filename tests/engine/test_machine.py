from __future__ import annotations

import pytest

from slipway.engine import machine


def test_uv_trusts_the_systems_certificates_unless_the_machine_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_SYSTEM_CERTS", raising=False)
    assert machine.uv_settings()["UV_SYSTEM_CERTS"] == "true"
    monkeypatch.setenv("UV_SYSTEM_CERTS", "false")
    assert machine.uv_settings()["UV_SYSTEM_CERTS"] == "false"


def test_the_caches_are_the_users_whatever_the_home_of_a_build_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/person")
    settings = machine.uv_settings()
    assert settings["UV_CACHE_DIR"] == "/home/person/.cache/uv"
    assert settings["UV_PYTHON_INSTALL_DIR"] == "/home/person/.local/share/uv/python"
