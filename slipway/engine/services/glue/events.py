"""The events that Glue sends to the default event bus.

docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_ENDED = frozenset({"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"})
_SEVERE = frozenset({"FAILED", "TIMEOUT"})
_MESSAGES = {"SUCCEEDED": "Job run succeeded", "STOPPED": "Job run stopped"}


def state_change(engine: Engine, run: dict[str, Any]) -> None:
    """`Glue Job State Change`, for the states in which a run ends."""
    state = run["JobRunState"]
    if state not in _ENDED:
        return
    detail = {
        "jobName": run["JobName"],
        "severity": "ERROR" if state in _SEVERE else "INFO",
        "state": state,
        "jobRunId": run["Id"],
        "message": run.get("ErrorMessage") or _MESSAGES.get(state, state),
    }
    engine.emit("aws.glue", "Glue Job State Change", detail, [])
