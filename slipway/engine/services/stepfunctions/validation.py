"""Checking a definition without making a machine.

docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.stepfunctions.definition import findings
from slipway.engine.services.stepfunctions.records import SERVICE

_MOST = 100


@SERVICE.operation("ValidateStateMachineDefinition")
def validate_state_machine_definition(call: Call) -> Params:
    """What is wrong with a definition; warnings too when they are asked for."""
    if call.params.get("type", "STANDARD") != "STANDARD":
        raise AwsError("ValidationException", f"{call.params['type']} workflows are not executed by this engine")
    levels = ("ERROR", "WARNING") if call.params.get("severity") == "WARNING" else ("ERROR",)
    found = [finding for finding in findings(call.params["definition"]) if finding.severity in levels]
    most = call.params.get("maxResults") or _MOST
    diagnostics = [
        {"severity": each.severity, "code": each.code, "message": each.text, "location": each.location}
        for each in found[:most]
    ]
    failed = any(each.severity == "ERROR" for each in found)
    return {"result": "FAIL" if failed else "OK", "diagnostics": diagnostics, "truncated": len(found) > most}
