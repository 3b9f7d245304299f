"""The install that the mutations are tried beside, and what cfn-lint says of all of them at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slipway import local
from tests.mutations.site import Site
from tests.mutations.static import Static, lint


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One install on an engine of its own."""
    home = tmp_path_factory.mktemp("site") / ".slipway"
    try:
        yield Site(home)
    finally:
        local.remove(home)


@pytest.fixture(scope="session")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[Static, dict[str, str]]:
    """cfn-lint's findings by mutation."""
    return lint(tmp_path_factory.mktemp("lint"))
