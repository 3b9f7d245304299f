"""An execution environment: one process that runs one invocation at a time.

docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from slipway.engine.logs import LogStream
from slipway.engine.mend.lambda_ import bootstrap, code, runtimes
from slipway.engine.mend.lambda_.function import FunctionVersion
from slipway.engine.mend.lambda_.report import Report, end_lines, start_lines
from slipway.engine.mend.lambda_.variables import variables_of
from slipway.engine.processes import Child

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

INIT_SECONDS = 10.0
_LAST_LINES_SECONDS = 2.0
_SIGNALS: dict[int, str] = {
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGTERM: "terminated",
}


@dataclass
class Outcome:
    """What an invocation came to: `payload` is the JSON text of the result, or of the error object."""

    payload: str
    failed: bool = False
    log: list[str] = field(default_factory=list)


class Environment:
    """A function's process, its log stream and its credentials."""

    def __init__(self, engine: Engine, function: FunctionVersion, caller: Caller) -> None:
        self.function = function
        self.caller = caller
        self.fingerprint = function.fingerprint
        self.last_used = time.monotonic()
        self.usable = True
        stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{function.version}]{secrets.token_hex(16)}"
        self._log = LogStream(lambda: caller, function.log_group, stream)
        self._lines: list[str] = []
        self._marker = ""
        self._ended = threading.Event()
        self._folder = engine.home / "lambda"
        self._tmp = code.temporary(self._folder / "tmp")
        self._begun = time.monotonic()
        self._init_seconds: float | None = None
        self._child, self._connection, self._io = self._start(engine)

    def _start(self, engine: Engine) -> tuple[Child, socket.socket, TextIO]:
        """Start the process and wait until it has connected with the token that only it was given."""
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(INIT_SECONDS)
            address = f"127.0.0.1:{server.getsockname()[1]}"
            variables = variables_of(self.function, self.caller, self._folder, self._tmp, self._log.stream)
            variables |= {"_RUNTIME_ADDRESS": address, "_RUNTIME_TOKEN": token}
            root = Path(variables["LAMBDA_TASK_ROOT"])
            argv = [runtimes.interpreter(self.function.runtime), "-I", "-S", bootstrap.__file__]
            name = f"function/{self.function.key}"
            child = engine.processes.start(argv, env=variables, cwd=root, name=name, log=self._line)
            try:
                connection, _ = server.accept()
            except TimeoutError:
                child.stop(0)
                raise
        stream = connection.makefile("rw", encoding="utf-8")
        if json.loads(stream.readline()).get("token") != token:
            connection.close()
            raise ConnectionRefusedError("something else than the function's process connected")
        return child, connection, stream

    def _line(self, line: str) -> None:
        if self._marker and line == self._marker:
            self._ended.set()
            return
        self._write(line)

    def _write(self, line: str) -> None:
        self._lines.append(line)
        self._log.write(line)

    def prepare(self) -> dict[str, Any] | None:
        """Wait until the handler is loaded; the error object when it could not be."""
        seconds = max(INIT_SECONDS, self.function.timeout)
        self._connection.settimeout(seconds)
        try:
            answer = self._read("")
        except TimeoutError:
            text = f"Error: Init phase timed out after {seconds:.2f} seconds"
            return {"errorType": "Sandbox.Timedout", "errorMessage": text}
        self._init_seconds = time.monotonic() - self._begun
        return None if answer.get("ready") else dict(answer["fault"])

    def fail(self, fault: dict[str, Any], request_id: str) -> Outcome:
        """The outcome of an invocation whose environment could not be prepared; it serves no other."""
        self.usable = False
        for line in start_lines(self.function, request_id):
            self._write(line)
        if "requestId" in fault:
            fault["requestId"] = request_id
        return self._outcome({"fault": fault}, Report(request_id, status="error", error_type=fault["errorType"]))

    def invoke(self, event: Any, request_id: str, arn: str, trace_id: str) -> Outcome:
        """Run the handler once; after a timeout or the process's end the environment is no longer `usable`."""
        begun = time.monotonic()
        report = Report(request_id, init_seconds=self._init_seconds, trace_id=trace_id)
        if self._init_seconds is None:
            self._lines = []
        self._init_seconds = None
        self._ended.clear()
        self._marker = f"{secrets.token_hex(8)} end of {request_id}"
        for line in start_lines(self.function, request_id):
            self._write(line)
        answer = self._ask(event, request_id, arn, trace_id)
        if answer.get("memory", 0) > self.function.memory:
            self._child.stop(0)
            answer = self._exited(request_id, -signal.SIGKILL)
        if self.usable:
            self._ended.wait(_LAST_LINES_SECONDS)
        report.seconds = time.monotonic() - begun
        report.memory_used = min(answer.get("memory", self.function.memory), self.function.memory)
        kind = str(answer.get("fault", {}).get("errorType", ""))
        report.status = "success" if not kind else "timeout" if kind == "Sandbox.Timedout" else "error"
        report.error_type = kind
        self.last_used = time.monotonic()
        return self._outcome(answer, report)

    def _outcome(self, answer: dict[str, Any], report: Report) -> Outcome:
        for line in end_lines(self.function, report):
            self._write(line)
        if "result" in answer:
            return Outcome(answer["result"], log=self._lines)
        return Outcome(json.dumps(answer["fault"]), failed=True, log=self._lines)

    def _ask(self, event: Any, request_id: str, arn: str, trace_id: str) -> dict[str, Any]:
        timeout = self.function.timeout
        self._connection.settimeout(timeout)
        message = {
            "event": event,
            "requestId": request_id,
            "arn": arn,
            "traceId": trace_id,
            "deadline": time.time() + timeout,
            "marker": self._marker,
        }
        try:
            self._io.write(json.dumps(message) + "\n")
            self._io.flush()
            return self._read(request_id)
        except TimeoutError:
            return self._timed_out(request_id, f"Task timed out after {timeout:.2f} seconds")
        except OSError:
            return self._exited(request_id)

    def _timed_out(self, request_id: str, text: str) -> dict[str, Any]:
        self.usable = False
        self._child.stop(0)
        self._write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {request_id} {text}")
        return {"fault": {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {request_id} Error: {text}"}}

    def _read(self, request_id: str) -> dict[str, Any]:
        line = self._io.readline()
        if not line:
            return self._exited(request_id)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _exited(self, request_id: str, status: int | None = None) -> dict[str, Any]:
        """The answer of a process that went away: AWS names its exit status or signal."""
        self.usable = False
        if status is None:
            try:
                status = self._child.wait(_LAST_LINES_SECONDS)
            except subprocess.TimeoutExpired:
                status = self._child.stop(0)
        prefix = f"RequestId: {request_id} " if request_id else ""
        text = f"{prefix}Error: {_how(status)}"
        self._write(text)
        return {"fault": {"errorType": "Runtime.ExitError", "errorMessage": text}}

    def end_if_out_of_memory(self) -> None:
        """Kill the process once it has used more memory than the function has."""
        if bootstrap.memory_used(self._child.pid) > self.function.memory:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process and remove what it wrote."""
        self.usable = False
        self._connection.close()
        self._child.stop(0.5)
        self._log.close()
        code.discard(self._tmp)


def _how(status: int) -> str:
    """A process's end in Lambda's words."""
    if status == 0:
        return "Runtime exited without providing a reason"
    how = f"signal: {_SIGNALS.get(-status, str(-status))}" if status < 0 else f"exit status {status}"
    return f"Runtime exited with error: {how}"
