"""Task tokens: whoever has one answers for the task that waits.

docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.stepfunctions.records import SERVICE
from slipway.engine.services.stepfunctions.run import PAYLOAD_BYTES


@dataclass
class Waiting:
    """A task that waits for its token to come back: with an `output`, or with an `error` and a `cause`."""

    machine_arn: str
    beat: float = field(default_factory=time.monotonic)
    output: Any = None
    error: str | None = None
    cause: str = ""
    answered: threading.Event = field(default_factory=threading.Event)


_waiting: dict[str, Waiting] = {}
# The latest tokens of tasks that wait no more: what comes too late is told apart from what nobody gave out.
_over: deque[str] = deque(maxlen=1000)
_lock = threading.Lock()


def wait_for(token: str, machine_arn: str) -> Waiting:
    """Let a task wait under a token."""
    with _lock:
        return _waiting.setdefault(token, Waiting(machine_arn))


def give_up(token: str) -> None:
    """The task waits no more."""
    with _lock:
        if _waiting.pop(token, None) is not None:
            _over.append(token)


def _machine(call: Call) -> str:
    """The state machine whose task waits, as policies name it; `*` for a token that nobody knows."""
    found = _waiting.get(call.params["taskToken"])
    return found.machine_arn if found else "*"


def _task(call: Call) -> Waiting:
    token = call.params["taskToken"]
    with _lock:
        found = _waiting.get(token)
        if token in _over or (found and found.answered.is_set()):
            raise AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
        if found is None:
            raise AwsError("InvalidToken", "Invalid Token: 'Invalid token'")
        return found


@SERVICE.operation("SendTaskSuccess", resource=_machine)
def send_task_success(call: Call) -> Params:
    """End the task with an output."""
    text = call.params["output"]
    if len(text.encode()) > PAYLOAD_BYTES:
        raise AwsError("InvalidOutput", f"Invalid Output: 'Output exceeds the maximum of {PAYLOAD_BYTES} bytes'")
    try:
        output = json.loads(text)
    except ValueError as error:
        raise AwsError("InvalidOutput", f"Invalid Output: '{error}'") from error
    waiting = _task(call)
    waiting.output = output
    waiting.answered.set()
    return {}


@SERVICE.operation("SendTaskFailure", resource=_machine)
def send_task_failure(call: Call) -> Params:
    """End the task with an error."""
    waiting = _task(call)
    waiting.error, waiting.cause = call.params.get("error", "States.TaskFailed"), call.params.get("cause", "")
    waiting.answered.set()
    return {}


@SERVICE.operation("SendTaskHeartbeat", resource=_machine)
def send_task_heartbeat(call: Call) -> Params:
    """Say that the task is being worked on."""
    _task(call).beat = time.monotonic()
    return {}
