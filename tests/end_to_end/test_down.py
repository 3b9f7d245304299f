"""`slipway down` ends all that was started and removes all that was kept, at once."""

from __future__ import annotations

import subprocess
import threading
import time

from slipway import local
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.support import succeed


def processes_of(home: str) -> list[str]:
    """Every process whose command line or environment names the folder."""
    listed = subprocess.run(["ps", "axeww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if home in line]


def until_gone(pid: int) -> float:
    """Seconds until the process has ended."""
    began = time.monotonic()
    while local.is_running(pid):
        time.sleep(0.02)
    return time.monotonic() - began


def test_down_ends_the_engine_within_five_seconds_and_leaves_no_process_and_no_file(
    demonstration: Demonstration,
) -> None:
    home = demonstration.desk.engine.home
    assert processes_of(str(home)) != []
    ended: list[float] = []
    watching = threading.Thread(target=lambda: ended.append(until_gone(demonstration.desk.engine.pid)))
    watching.start()
    succeed(home, "down")
    watching.join()
    assert list(home.parent.iterdir()) == []
    assert processes_of(str(home)) == []
    # Removing the files of two installs afterwards takes what the disk takes.
    assert ended[0] < 5
