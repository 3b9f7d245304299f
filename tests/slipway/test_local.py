from __future__ import annotations

import os
import subprocess
import sys

from slipway import local

_PARENT_THAT_DOES_NOT_REAP = """
import os, sys
child = os.fork()
if child == 0:
    os._exit(0)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
print(child, flush=True)
sys.stdin.read()
"""


def test_a_process_that_lives_is_running() -> None:
    assert local.is_running(os.getpid())


def test_a_process_that_has_ended_is_not_running_while_its_parent_has_not_noticed() -> None:
    command = [sys.executable, "-c", _PARENT_THAT_DOES_NOT_REAP]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        ended = int(parent.stdout.readline())
        os.kill(ended, 0)  # its number is still taken
        assert not local.is_running(ended)
        parent.communicate("")
