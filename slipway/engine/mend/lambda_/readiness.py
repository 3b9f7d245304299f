"""A function is active once its create or update has returned: an environment is made with the first invocation.

MiniStack lets half a second pass, and forgets to when it is killed meanwhile.
docs.aws.amazon.com/lambda/latest/dg/functions-states.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine import adapter

_READY = {
    "State": "Active",
    "StateReason": "",
    "StateReasonCode": "",
    "LastUpdateStatus": "Successful",
    "LastUpdateStatusReason": "",
    "LastUpdateStatusReasonCode": "",
}


def make_ready(name: str, _delay: float) -> None:
    """Let the function and its versions be active now."""
    function: dict[str, Any] = adapter.part("services.lambda_svc")._functions.get(name) or {}
    for record in (function, *function.get("versions", {}).values()):
        if record.get("config"):
            record["config"].update(_READY)
