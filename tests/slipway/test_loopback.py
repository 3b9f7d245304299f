"""The engine is reached past a proxy."""

from __future__ import annotations

import pytest
from botocore.utils import should_bypass_proxies

from slipway.loopback import past_proxies


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"NO_PROXY": "corp.example", "no_proxy": "corp.example"}, "corp.example,127.0.0.1,localhost"),
        ({"NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1"}, "localhost,127.0.0.1"),
    ],
    ids=["none", "others", "already"],
)
def test_this_machine_is_added_to_what_needs_no_proxy(before: dict[str, str], after: str) -> None:
    environment = {"HTTP_PROXY": "http://proxy.example", **before}
    past_proxies(environment)
    assert (environment["NO_PROXY"], environment["no_proxy"]) == (after, after)


def test_the_sdk_then_calls_the_engine_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    environment: dict[str, str] = {}
    past_proxies(environment)
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert should_bypass_proxies("http://127.0.0.1:4566/")
