"""A run's log: what its process prints, and what it prints as errors, each in a log group of its own.

docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
docs.aws.amazon.com/glue/latest/dg/add-job-python.html
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine.logs import LogStream

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_JOIN_SECONDS = 5
_GROUPS = {"glueetl": "/aws-glue/jobs", "pythonshell": "/aws-glue/python-jobs"}


def group(command: str) -> str:
    """The beginning of the names of the command's log groups."""
    return _GROUPS[command]


class Output:
    """The two streams of one run, both called after it."""

    def __init__(self, caller: Callable[[], Caller], command: str, run_id: str) -> None:
        self._out = LogStream(caller, f"{group(command)}/output", run_id)
        self._error = LogStream(caller, f"{group(command)}/error", run_id)

    def write(self, line: str) -> None:
        """One line of the process's standard output."""
        self._out.write(line)

    def say(self, text: str) -> None:
        """One line of the engine's own."""
        self._out.write(f"[slipway] {text}")

    def close(self) -> None:
        """Send the rest; a run that wrote no errors has no stream of them."""
        self._out.close()

    @contextmanager
    def errors(self, pipe: Path) -> Iterator[list[str]]:
        """The words before a command by which its standard error goes through `pipe` to the error stream."""
        os.mkfifo(pipe)
        reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        reader.start()
        try:
            yield ["/bin/sh", "-c", 'exec "$@" 2>"$0"', str(pipe)]
        finally:
            # A command that never opened the pipe leaves its reader waiting for a writer.
            with suppress(OSError):
                os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
            reader.join(_JOIN_SECONDS)

    def _read(self, pipe: Path) -> None:
        written = False
        with pipe.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._error.write(line.rstrip("\n"))
                written = True
        if written:
            self._error.close()
