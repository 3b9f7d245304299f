"""The API actions that MiniStack answers without checking, with the checks.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter, integrations
from slipway.engine.engine import current
from slipway.engine.errors import AwsError
from slipway.engine.mend.stepfunctions import interpreter, logs, ministack
from slipway.engine.mend.stepfunctions.definition import findings, message
from slipway.engine.mend.stepfunctions.definition.resources import tasks
from slipway.engine.mend.stepfunctions.run import PAYLOAD_BYTES, PRINCIPAL, running

Data = dict[str, Any]
Action = Callable[[Data], Any]
_RULE_ACTIONS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
_REFUSED = (
    "CreateActivity",
    "CreateStateMachineAlias",
    "GetActivityTask",
    "PublishStateMachineVersion",
    "RedriveExecution",
    "TestState",
)


def apply() -> None:
    """Put the checks around MiniStack's actions."""
    for name, make in (
        ("_create_state_machine", _checked_machine),
        ("_update_state_machine", _checked_machine),
        ("_validate_state_machine_definition", lambda _original: validate),
        ("_start_execution", _checked_start),
        ("_start_sync_execution", lambda _original: _refused("StartSyncExecution")),
        ("_stop_execution", lambda _original: stop_execution),
        ("_emit_execution_status_event", lambda _original: _emit),
        ("_run_execution", lambda _original: interpreter.run_execution),
        ("handle_request", _without_refused),
    ):
        adapter.replace(ministack.MODULE, name, make)


def _without_refused(serve: Any) -> Any:
    async def handle_request(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        if action in _REFUSED:
            return _refused(action)({})
        return await serve(method, path, headers, body, query)

    return handle_request


def _refused(action: str) -> Action:
    def act(data: Data) -> Any:
        del data
        return ministack.error_response("UnsupportedOperation", f"{action} is not executed by this engine")

    return act


def _emit(record: Data) -> None:
    from slipway.engine.mend.stepfunctions.events import emit_status

    emit_status(current(), record)


def _checked_machine(action: Action) -> Action:
    """CreateStateMachine and UpdateStateMachine; that the role may be passed is checked where the request arrives."""

    def act(data: Data) -> Any:
        machine = ministack.machine(data.get("stateMachineArn", "")) or {}
        refused = _refused_feature(data)
        if refused:
            return ministack.error_response("ValidationException", f"{refused} not executed by this engine")
        found = findings(data["definition"]) if "definition" in data else []
        if found:
            return ministack.error_response("InvalidDefinition", message(found))
        try:
            _check_role({**machine, **data})
        except AwsError as error:
            return ministack.error_response("AccessDeniedException", error.message)
        return action(data)

    return act


def _refused_feature(data: Data) -> str:
    """What the request asks for and the engine does not do, with its verb; empty when there is nothing."""
    if data.get("type", "STANDARD") != "STANDARD":
        return f"{data['type']} workflows are"
    if data.get("publish"):
        return "publishing a version is"
    if (data.get("tracingConfiguration") or {}).get("enabled"):
        return "X-Ray tracing of state machines is"
    if (data.get("encryptionConfiguration") or {}).get("type", "AWS_OWNED_KEY") != "AWS_OWNED_KEY":
        return "encryption under a key of the customer's is"
    return ""


def _check_role(machine: Data) -> None:
    """What the role needs beside its tasks: the managed rules of `.sync`, and log delivery.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html#connect-iam-sync-async
    """
    if not machine.get("roleArn"):
        return
    caller = current().as_role(machine["roleArn"], PRINCIPAL, "StepFunctions")
    for rule in sorted(_managed_rules(machine["definition"])):
        for action in _RULE_ACTIONS:
            caller.check(action, current().arn("events", f"rule/{rule}"))
    configuration = machine.get("loggingConfiguration") or {}
    if configuration.get("level", "OFF") != "OFF":
        for action in logs.ROLE_ACTIONS:
            caller.check(action, "*")


def _managed_rules(definition: str) -> set[str]:
    found = (integrations.find(resource) for resource in tasks(json.loads(definition)))
    return {integration.managed_rule for integration in found if integration and integration.managed_rule}


def validate(data: Data) -> Any:
    """ValidateStateMachineDefinition."""
    found = findings(str(data.get("definition", "")))
    diagnostics = [
        {"severity": "ERROR", "code": finding.code, "message": finding.text, "location": finding.location}
        for finding in found
    ]
    return ministack.json_response(
        {"result": "FAIL" if found else "OK", "diagnostics": diagnostics, "truncated": False}
    )


def _checked_start(action: Action) -> Action:
    def act(data: Data) -> Any:
        name, text = data.get("name"), data.get("input", "{}")
        if name is not None and not _NAME.fullmatch(name):
            return ministack.error_response("InvalidName", f"Invalid Name: '{name}'")
        if len(text.encode()) > PAYLOAD_BYTES:
            return ministack.error_response(
                "InvalidExecutionInput", f"Input exceeds the maximum of {PAYLOAD_BYTES} bytes"
            )
        try:
            json.loads(text)
        except ValueError as error:
            return ministack.error_response(
                "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'"
            )
        return action(data)

    return act


def stop_execution(data: Data) -> Any:
    """StopExecution: jobs that the execution waits for are stopped too."""
    arn = str(data.get("executionArn"))
    record = ministack.execution(arn)
    if record is None:
        return ministack.error_response("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    if running(arn) is not None:
        interpreter.stop(arn, "ABORTED", data.get("error"), data.get("cause"))
    return ministack.json_response({"stopDate": record["stopDate"]})
