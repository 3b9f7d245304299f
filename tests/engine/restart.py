"""Killing an engine as a power cut would, and starting it again on what it left."""

from __future__ import annotations

import os
import signal
import time

from slipway import local


def killed(engine: local.LocalEngine) -> None:
    """SIGKILL, and wait until it is gone."""
    os.kill(engine.pid, signal.SIGKILL)
    while local.is_running(engine.pid):
        time.sleep(0.02)


def killed_and_started(engine: local.LocalEngine) -> local.LocalEngine:
    """The next engine on the same home, on another port."""
    killed(engine)
    return local.start(engine.home, port=local.free_port())
