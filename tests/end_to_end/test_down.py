"""`slipway down` ends all that was started and removes all that was kept, at once."""

from __future__ import annotations

import subprocess
import time

from slipway import local
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.support import succeed


def processes_of(home: str) -> list[str]:
    """Every process whose command line or environment names the folder."""
    listed = subprocess.run(["ps", "axeww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if home in line]


def test_down_leaves_no_process_and_no_file_within_five_seconds(demonstration: Demonstration) -> None:
    home = demonstration.desk.engine.home
    assert processes_of(str(home)) != []
    began = time.monotonic()
    succeed(home, "down")
    took = time.monotonic() - began
    assert not home.exists()
    assert list(home.parent.iterdir()) == []
    assert processes_of(str(home)) == []
    assert not local.is_running(demonstration.desk.engine.pid)
    assert took < 5
