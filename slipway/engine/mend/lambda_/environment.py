"""An execution environment: one process that runs one invocation at a time.

docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (the reserved variables)
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from slipway.engine import machine
from slipway.engine.logs import LogStream
from slipway.engine.mend.lambda_ import bootstrap, code
from slipway.engine.mend.lambda_.function import FunctionVersion
from slipway.engine.processes import Child

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

INIT_SECONDS = 10.0
_LAST_LINES_SECONDS = 2.0


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
        self._log = LogStream(caller, function.log_group, stream)
        self._lines: list[str] = []
        self._marker = ""
        self._ended = threading.Event()
        self._folder = engine.home / "lambda"
        self._tmp = code.temporary(self._folder / "tmp")
        self._child, self._connection, self._io = self._start(engine)

    def _start(self, engine: Engine) -> tuple[Child, socket.socket, TextIO]:
        """Start the process and wait until it has connected with the token that only it was given."""
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(INIT_SECONDS)
            variables = self._variables(token, server.getsockname()[1])
            root = Path(variables["LAMBDA_TASK_ROOT"])
            argv = [sys.executable, "-I", "-S", bootstrap.__file__]
            name = f"lambda {self.function.key}"
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

    def _variables(self, token: str, port: int) -> dict[str, str]:
        function = self.function
        root = code.unpack(function.code, self._folder / "code")
        layers = [code.unpack(layer, self._folder / "layers") for layer in function.layers]
        path = code.search_path(root, layers, code.runtime_packages(self._folder))
        return {
            # The process has no home. Without these, the SDK looks for one and finds the person's profiles.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **function.variables,
            **self.caller.environment(),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self._log.stream,
            "LAMBDA_TASK_ROOT": str(root),
            "LAMBDA_RUNTIME_DIR": str(self._folder / "runtime"),
            "LANG": "en_US.UTF-8",
            "PATH": machine.system_path(),
            "PYTHONUTF8": "1",
            "TMPDIR": str(self._tmp),
            "TZ": ":UTC",
            "_HANDLER": function.handler,
            "_RUNTIME_ADDRESS": f"127.0.0.1:{port}",
            "_RUNTIME_PATH": json.dumps(path),
            "_RUNTIME_TOKEN": token,
        }

    def _line(self, line: str) -> None:
        if self._marker and line == self._marker:
            self._ended.set()
            return
        self._lines.append(line)
        self._log.write(line)

    def _platform(self, line: str) -> None:
        self._lines.append(line)
        self._log.write(line)

    def prepare(self) -> dict[str, Any] | None:
        """Wait until the handler is loaded; the error object when it could not be."""
        seconds = max(INIT_SECONDS, self.function.timeout)
        self._connection.settimeout(seconds)
        try:
            answer = self._read()
        except TimeoutError:
            text = f"Error: Init phase timed out after {seconds:.2f} seconds"
            return {"errorType": "Sandbox.Timedout", "errorMessage": text}
        if answer.get("ready"):
            return None
        fault: dict[str, Any] = answer["fault"]
        return fault

    def invoke(self, event: Any, request_id: str, arn: str, trace_id: str) -> Outcome:
        """Run the handler once; after a timeout or the process's end the environment is no longer `usable`."""
        begun = time.monotonic()
        self._lines = []
        self._ended.clear()
        self._marker = f"{secrets.token_hex(8)} end of {request_id}"
        self._platform(f"START RequestId: {request_id} Version: {self.function.version}")
        answer = self._ask(event, request_id, arn, trace_id)
        if self.usable:
            self._ended.wait(_LAST_LINES_SECONDS)
        self._report(request_id, time.monotonic() - begun, trace_id)
        self.last_used = time.monotonic()
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
            return self._read()
        except TimeoutError:
            self.usable = False
            self._child.stop(0)
            text = f"Task timed out after {timeout:.2f} seconds"
            self._platform(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {request_id} {text}")
            fault = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {request_id} Error: {text}"}
            return {"fault": fault}
        except OSError:
            return self._exited(request_id)

    def _read(self) -> dict[str, Any]:
        line = self._io.readline()
        if not line:
            return self._exited("")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _exited(self, request_id: str) -> dict[str, Any]:
        """The answer of a process that went away: AWS names its exit status or signal."""
        self.usable = False
        try:
            status = self._child.wait(_LAST_LINES_SECONDS)
        except subprocess.TimeoutExpired:
            status = self._child.stop(0)
        how = f"signal: {-status}" if status < 0 else f"exit status {status}"
        prefix = f"RequestId: {request_id} " if request_id else ""
        text = f"{prefix}Error: Runtime exited with error: {how}"
        self._platform(text)
        return {"fault": {"errorType": "Runtime.ExitError", "errorMessage": text}}

    def _report(self, request_id: str, seconds: float, trace_id: str) -> None:
        milliseconds = seconds * 1000
        self._platform(f"END RequestId: {request_id}")
        report = (
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\tBilled Duration: "
            f"{int(milliseconds) + 1} ms\tMemory Size: {self.function.memory} MB"
        )
        self._platform(f"{report}\nXRAY TraceId: {trace_id}" if trace_id else report)

    def close(self) -> None:
        """End the process and remove what it wrote."""
        self.usable = False
        self._connection.close()
        self._child.stop(0.5)
        self._log.close()
        code.discard(self._tmp)


def request_id() -> str:
    """A fresh request id."""
    return str(uuid.uuid4())
