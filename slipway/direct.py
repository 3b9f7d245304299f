"""A request of the direct flow: checked by the rules of the state machine that it starts, started, and followed.

The rules are JSON Schema, and the state machine's definition has them: what is deployed says what it takes, with the
names of its buckets. It makes the same check itself, before it starts anything; a request that is wrong here costs no
execution.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from slipway.errors import BadInput, ExitCode, NotFound, SlipwayError
from slipway.install import Install

_LONGEST_TEXT = 60
_SECONDS_BETWEEN_LOOKS = 2.0


class ExecutionFailed(SlipwayError):
    """An execution of the direct flow ended otherwise than it should."""

    exit_code = ExitCode.RUN_FAILED


@dataclass(frozen=True)
class Execution:
    """One execution: its ARN, its status, and its output once there is one."""

    arn: str
    status: str = "RUNNING"
    output: Any = None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"executionArn": self.arn, "status": self.status, "output": self.output}


def read(path: Path) -> Any:
    """The request in a file; BadInput when it is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except ValueError as error:
        raise BadInput(f"{path} is not JSON: {error}") from error
    except RecursionError:
        raise BadInput(f"{path} is nested too deeply; expected an object of Parameters") from None


def execute(installed: Install, request: Any) -> Execution:
    """Start the direct flow; BadInput with one sentence for each field that is wrong."""
    machine, states = _machine(installed), installed.target.client("stepfunctions")
    definition = json.loads(states.describe_state_machine(stateMachineArn=machine)["definition"])
    found = faults(request, definition["States"]["Rules"]["Assign"]["rules"])
    if found:
        raise BadInput("the request is wrong, and nothing was started:\n" + "\n".join(f"  {fault}" for fault in found))
    return Execution(states.start_execution(stateMachineArn=machine, input=json.dumps(request))["executionArn"])


def wait(installed: Install, execution: Execution) -> Execution:
    """The execution once it has ended; ExecutionFailed with its error and cause when it did not succeed."""
    states = installed.target.client("stepfunctions")
    while (found := states.describe_execution(executionArn=execution.arn))["status"] == "RUNNING":
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if found["status"] != "SUCCEEDED":
        reason = found.get("cause") or found.get("error") or "without a reason"
        raise ExecutionFailed(f"execution {execution.arn} has the status {found['status']}: {reason}")
    return Execution(execution.arn, found["status"], json.loads(found["output"]))


def _machine(installed: Install) -> str:
    outputs = installed.environment("training")
    if "DirectStateMachineArn" not in outputs:
        raise NotFound(f"stack {installed.stack}-training has no direct flow yet; a run of its pipeline deploys it")
    return outputs["DirectStateMachineArn"]


def faults(request: Any, rules: dict[str, Any]) -> list[str]:
    """One sentence for each field of a request that is not as the rules have it."""
    errors = _Rules(rules).iter_errors(request)
    return sorted({sentence for error in errors for sentence in _sentences(error)})


def _sentences(error: ValidationError) -> Iterator[str]:
    path = ".".join(str(part) for part in error.absolute_path)
    known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield f"{_join(path, name)}: missing; expected {known[name]['description']}"
    elif error.validator == "additionalProperties":
        for name in error.instance:
            if name not in known:
                yield f"{_join(path, name)}: unknown; expected {', '.join(known)}"
    else:
        expected = error.schema["description"] if isinstance(error.schema, dict) else error.message
        yield f"{path or 'the request'}: expected {expected}; found {_show(error.instance)}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _show(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value[:_LONGEST_TEXT]}"'
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def _content(validator: Any, rules: Any, text: Any, _schema: Any) -> Iterator[ValidationError]:
    """`contentSchema` of a text that is JSON, encoded once or twice; JSON Schema itself only describes it."""
    if isinstance(text, str) and not validator.evolve(schema=rules).is_valid(_decoded(text)):
        yield ValidationError(f"{text!r} is not JSON of that kind")


def _decoded(text: str) -> Any:
    try:
        once = json.loads(text, parse_constant=_no_constant)
        return json.loads(once, parse_constant=_no_constant) if isinstance(once, str) else once
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_Rules = extend(Draft202012Validator, {"contentSchema": _content})
