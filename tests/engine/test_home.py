from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from slipway.engine.home import HomeInUse, HomeLock


def test_a_second_engine_on_the_same_home_is_refused(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    with pytest.raises(HomeInUse, match=r"another engine runs on .*; `slipway down --home .*` ends it"):
        HomeLock(tmp_path)
    assert lock.is_current()


def test_a_home_that_was_removed_is_not_current(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    lock = HomeLock(home)
    shutil.rmtree(home)
    assert not lock.is_current()
    home.mkdir()
    HomeLock(home)
    assert not lock.is_current()
