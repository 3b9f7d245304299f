"""The program inside a function's process: loads the handler and runs it, one invocation after the other.

It stands for AWS's Python runtime and uses nothing but the standard library, so that a function finds on its path what
it finds on AWS. It talks to the engine over one loopback connection, a JSON object a line; what the function prints
goes to standard output, closed after each invocation by a marker so that the engine knows where its log ends.

docs.aws.amazon.com/lambda/latest/dg/python-handler.html
docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

from __future__ import annotations

import importlib
import io
import json
import logging
import os
import resource
import socket
import sys
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

# ApplicationLogLevel
_LEVELS = {
    "TRACE": logging.DEBUG,
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARN": logging.WARNING,
    "ERROR": logging.ERROR,
    "FATAL": logging.CRITICAL,
}

Handler = Callable[[Any, "Context"], Any]


class Context:
    """The context object of docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

    identity = None
    client_context = None

    def __init__(self, request_id: str, arn: str, deadline: float) -> None:
        self.aws_request_id = request_id
        self.invoked_function_arn = arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function times out."""
        return max(0, int((self._deadline - time.time()) * 1000))

    def log(self, text: str) -> None:
        """Write to the function's log."""
        print(text)


class LogHandler(logging.Handler):
    """AWS's format of a log record: text, or a JSON object a line."""

    request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record."""
        record.aws_request_id = self.request_id
        print(self.format(record))


class JsonFormatter(logging.Formatter):
    """docs.aws.amazon.com/lambda/latest/dg/python-logging.html, "JSON structured logs"."""

    def format(self, record: logging.LogRecord) -> str:
        """One object a record."""
        shown = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", ""),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            trace = traceback.format_tb(record.exc_info[2])
            shown |= {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": trace}
        return json.dumps(shown, ensure_ascii=False)


def _fault(kind: str, message: str, request_id: str = "", stack: list[str] | None = None) -> dict[str, Any]:
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": stack or []}


def _stack(error: BaseException) -> list[str]:
    """The trace below this file, as AWS's runtime leaves its own frames out."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return traceback.format_list(frames)


def _load(handler: str) -> Handler | dict[str, Any]:
    """The function called `module.name`, or the fault that AWS reports for it."""
    module_name, _, name = handler.rpartition(".")
    if not module_name:
        return _fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': not enough values to unpack")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        text = f"Unable to import module '{module_name}': {error}"
        return _fault("Runtime.ImportModuleError", text, "", _stack(error))
    except SyntaxError as error:
        where = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        return _fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", "", where)
    except Exception as error:  # noqa: BLE001 - whatever a module raises while loading is reported to the caller
        return _fault(type(error).__name__, str(error), "", _stack(error))
    found: Handler | None = getattr(module, name, None)
    if found is None:
        return _fault("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'")
    return found


def _print_fault(fault: dict[str, Any]) -> None:
    if _logs_json():
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        print(json.dumps({"timestamp": now, "level": "ERROR", **fault}, ensure_ascii=False))
        return
    text = f"[ERROR] {fault['errorType']}: {fault['errorMessage']}"
    print("\n".join([text, "Traceback (most recent call last):", "".join(fault["stackTrace"])]).rstrip())


def _invoke(handler: Handler, message: dict[str, Any]) -> dict[str, Any]:
    context = Context(message["requestId"], message["arn"], message["deadline"])
    try:
        result = handler(message["event"], context)
    except Exception as error:  # noqa: BLE001 - any exception of the handler becomes the answer
        fault = _fault(type(error).__name__, str(error), context.aws_request_id, _stack(error))
        _print_fault(fault)
        return {"fault": fault}
    try:
        return {"result": json.dumps(result, ensure_ascii=False, default=_encoded)}
    except (TypeError, ValueError) as error:
        fault = _fault("Runtime.MarshalError", f"Unable to marshal response: {error}", context.aws_request_id)
        _print_fault(fault)
        return {"fault": fault}


def _encoded(value: Any) -> Any:
    """AWS's runtime writes decimals as numbers."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def memory_used(pid: int | str) -> int:
    """The most memory in MB that a process has ever had; 0 when it is gone, or where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
    return -(-kilobytes // 1024)


def _own_memory() -> int:
    """What this process has used; macOS tells bytes, and only of the process itself."""
    return memory_used("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024)


def _limit_files() -> None:
    """No file is larger than all of `/tmp`."""
    largest = int(os.environ.pop("_RUNTIME_LARGEST_FILE"))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    allowed = largest if hard == resource.RLIM_INFINITY else min(largest, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, hard))


def _logs_json() -> bool:
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def _send(stream: TextIO, message: dict[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


def _logging() -> LogHandler:
    log = LogHandler()
    if _logs_json():
        log.setFormatter(JsonFormatter())
        logging.getLogger().setLevel(_LEVELS.get(os.environ["AWS_LAMBDA_LOG_LEVEL"], logging.INFO))
    else:
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s"
        log.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
        logging.Formatter.converter = time.gmtime
    logging.getLogger().addHandler(log)
    return log


def _serve(stream: TextIO, handler: Handler, log: LogHandler) -> None:
    for line in stream:
        message = json.loads(line)
        log.request_id = message["requestId"]
        os.environ["_X_AMZN_TRACE_ID"] = message["traceId"]
        answer = _invoke(handler, message)
        print(message["marker"])
        _send(stream, {**answer, "memory": _own_memory()})


def main() -> None:
    """Connect to the engine, load the handler, then serve until the connection ends."""
    host, _, port = os.environ.pop("_RUNTIME_ADDRESS").rpartition(":")
    connection = socket.create_connection((host, int(port)))
    stream = connection.makefile("rw", encoding="utf-8")
    _send(stream, {"token": os.environ.pop("_RUNTIME_TOKEN")})
    sys.path[:0] = json.loads(os.environ.pop("_RUNTIME_PATH"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    log = _logging()
    _limit_files()
    loaded = _load(os.environ["_HANDLER"])
    if isinstance(loaded, dict):
        _print_fault(loaded)
        _send(stream, {"fault": loaded})
        return
    _send(stream, {"ready": True})
    _serve(stream, loaded, log)


if __name__ == "__main__":
    main()
