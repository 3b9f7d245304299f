"""Child processes: each in a process group of its own, on record, and ended with the engine.

A child's group id is written to `<home>/processes/` with its start time before its program runs, so that an engine
started after a kill ends what the killed one left behind and never a stranger that has got the same number since.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from slipway.engine.errors import AwsError

LogLine = Callable[[str], None]
Started = Callable[[str, "Child"], None]

# Becomes the program once it reads a line; when the engine ends before that line, so does the child.
_GATE = 'read -r line && exec /usr/bin/env "$@" </dev/null'
# How long a child may take to end once the engine is on its way out, whatever it is given at other times.
_LAST_GRACE_SECONDS = 1.0
# What a shell adds to an environment.
_SHELLS_OWN = ("OLDPWD", "PWD", "SHLVL", "_")


def exit_code(returncode: int) -> int:
    """A process's return code as Docker reports it: 128 + the signal for one that was killed."""
    return 128 - returncode if returncode < 0 else returncode


class ProcessFailed(AwsError):
    """A child could not be started."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__("InternalFailure", f"{name} could not be started: {reason}", status=500)


def started_at(pid: int) -> str:
    """A text that names this incarnation of `pid`; empty when there is no such process."""
    result = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return result.stdout.strip()


class Child:
    """A running child process."""

    def __init__(self, popen: subprocess.Popen[str], record: Path, log: LogLine | None, hurry: threading.Event) -> None:
        self._popen = popen
        self._record = record
        self._hurry = hurry
        self._reader: threading.Thread | None = None
        if log is not None:
            self._reader = threading.Thread(target=self._read, args=(log,), daemon=True)
            self._reader.start()

    @property
    def pid(self) -> int:
        """The process id, also its group's."""
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal, None while it runs."""
        return self._popen.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and for the last line of the log; raises subprocess.TimeoutExpired."""
        code = self._popen.wait(timeout)
        self._end_group(signal.SIGKILL)
        if self._reader is not None:
            self._reader.join(timeout=5)
        self._record.unlink(missing_ok=True)
        return code

    def stop(self, grace: float = 5.0) -> int:
        """SIGTERM to the group, SIGKILL after `grace` real seconds, or sooner in a hurry; returns the exit code."""
        self._end_group(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(min(grace, _LAST_GRACE_SECONDS) if self._hurry.is_set() else grace)
        self._end_group(signal.SIGKILL)
        return self.wait()

    def kill(self) -> None:
        """SIGKILL to the group; whoever waits for it learns of its end."""
        self._end_group(signal.SIGKILL)

    def _end_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)

    def _read(self, log: LogLine) -> None:
        output = self._popen.stdout
        if output is None:
            return
        with contextlib.suppress(ValueError), output:
            for line in output:
                log(line.rstrip("\n"))


class Processes:
    """Starts children and ends those that are left; `started` is told of each by its name."""

    def __init__(self, folder: Path, started: Started = lambda _name, _child: None) -> None:
        self._folder = folder
        self._started = started
        self._folder.mkdir(parents=True, exist_ok=True)
        self._children: dict[int, Child] = {}
        self._lock = threading.Lock()
        self._hurry = threading.Event()
        self._closed = False

    def start(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        name: str,
        log: LogLine | None = None,
    ) -> Child:
        """Start `argv` with exactly `env`; every line of its output goes to `log`, or nowhere."""
        program = str(cwd / argv[0]) if os.sep in argv[0] else argv[0]
        if shutil.which(program, path=env.get("PATH", os.defpath)) is None:
            raise ProcessFailed(name, f"there is no program {argv[0]}")
        gate, key = os.pipe()
        try:
            popen = self._popen(argv, dict(env), cwd, gate, has_log=log is not None)
            record = self._folder / f"{popen.pid}.json"
            record.write_text(json.dumps({"pid": popen.pid, "name": name, "started": started_at(popen.pid)}))
            child = self._let_in(Child(popen, record, log, self._hurry), name)
            os.write(key, b"\n")
        except OSError as error:
            raise ProcessFailed(name, str(error)) from error
        finally:
            os.close(gate)
            os.close(key)
        self._started(name, child)
        return child

    def _let_in(self, child: Child, name: str) -> Child:
        """Take a child up whose program has not begun; ProcessFailed when all are being ended."""
        with self._lock:
            if self._closed:
                raise ProcessFailed(name, "the engine is ending")
            self._children = {pid: c for pid, c in self._children.items() if c.returncode is None}
            self._children[child.pid] = child
        return child

    def _popen(
        self, argv: Sequence[str], env: dict[str, str], cwd: Path, gate: int, *, has_log: bool
    ) -> subprocess.Popen[str]:
        unset = [word for variable in _SHELLS_OWN if variable not in env for word in ("-u", variable)]
        return subprocess.Popen(
            ["/bin/sh", "-c", _GATE, "sh", *unset, *argv],
            env=env,
            cwd=cwd,
            stdin=gate,
            stdout=subprocess.PIPE if has_log else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if has_log else subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def end_leftovers(self) -> list[str]:
        """End the children of an engine that was killed; the names of those that were still there."""
        ended = []
        for record in self._folder.glob("*.json"):
            left = json.loads(record.read_text() or "{}")
            if left and left["started"] and started_at(left["pid"]) == left["started"]:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(left["pid"], signal.SIGKILL)
                    ended.append(left["name"])
            record.unlink(missing_ok=True)
        return ended

    def hurry(self) -> None:
        """From now on give no child longer than a moment to end."""
        self._hurry.set()

    def stop_all(self) -> None:
        """End every child, all at once, and start no other."""
        self.hurry()
        with self._lock:
            self._closed = True
            children = [child for child in self._children.values() if child.returncode is None]
        for child in children:
            child._end_group(signal.SIGTERM)
        deadline = time.monotonic() + _LAST_GRACE_SECONDS
        for child in children:
            child.stop(max(0.05, deadline - time.monotonic()))
