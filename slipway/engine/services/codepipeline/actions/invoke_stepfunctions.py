"""Invoke/StepFunctions: an execution of a standard state machine.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.codepipeline.action_type import DAY, ActionType, Key
from slipway.engine.services.codepipeline.artifacts import pack
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded, Waiting

# AWS does not document the name of the one file in the output artifact.
_OUTPUT_FILE = "execution.json"


def start(attempt: Attempt) -> Waiting:
    """Start the execution; its name makes a second call find the first one's execution."""
    machine = attempt.configuration["StateMachineArn"]
    states = attempt.client("stepfunctions")
    if states.describe_state_machine(stateMachineArn=machine)["type"] != "STANDARD":
        raise ActionFailed(
            "ConfigurationError", f"{machine} is an EXPRESS state machine, which this engine does not wait for"
        )
    prefix = attempt.configuration.get("ExecutionNamePrefix")
    name = f"{prefix}-{attempt.id}" if prefix else attempt.id
    try:
        arn = states.start_execution(stateMachineArn=machine, name=name, input=_input(attempt))["executionArn"]
    except states.exceptions.ExecutionAlreadyExists:
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    return Waiting({"execution": arn}, _link(attempt, arn))


def poll(attempt: Attempt) -> Succeeded | Waiting:
    """Look at the execution."""
    arn = attempt.memory["execution"]
    execution = attempt.client("stepfunctions").describe_execution(executionArn=arn)
    link = _link(attempt, arn)
    if execution["status"] in ("RUNNING", "PENDING_REDRIVE"):
        return Waiting(attempt.memory, link)
    if execution["status"] != "SUCCEEDED":
        raise ActionFailed("JobFailed", _failure(execution), link)
    execution.pop("ResponseMetadata", None)
    attempt.write(pack({_OUTPUT_FILE: json.dumps(execution, default=str).encode()}))
    return Succeeded({"StateMachineArn": execution["stateMachineArn"], "ExecutionArn": arn}, link)


def _input(attempt: Attempt) -> str:
    """Literal JSON, or a file of the input artifact; an empty object without `Input`."""
    given = attempt.configuration.get("Input")
    if attempt.configuration.get("InputType", "Literal") == "FilePath":
        return attempt.member(next(iter(attempt.inputs)), given or "").decode()
    return given or "{}"


def _failure(execution: dict[str, Any]) -> str:
    because = ": ".join(execution[key] for key in ("error", "cause") if execution.get(key))
    return f"The execution {execution['name']} ended with status {execution['status']}" + (
        f": {because}" if because else ""
    )


def _link(attempt: Attempt, arn: str) -> Link:
    url = (
        f"https://{attempt.region}.console.aws.amazon.com/states/home?region={attempt.region}#/executions/details/{arn}"
    )
    return Link(id=arn, url=url)


def _check(configuration: Mapping[str, str]) -> str | None:
    if configuration.get("InputType") == "FilePath" and "Input" not in configuration:
        return "has InputType FilePath and is missing required configuration 'Input'"
    return None


ACTION = ActionType(
    category="Invoke",
    provider="StepFunctions",
    start=start,
    poll=poll,
    keys={
        "StateMachineArn": Key(required=True),
        "ExecutionNamePrefix": Key(),
        "InputType": Key(values=("Literal", "FilePath")),
        "Input": Key(),
    },
    inputs=(0, 1),
    outputs=(0, 1),
    seconds=7 * DAY,
    check=_check,
)
